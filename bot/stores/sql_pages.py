"""The statements about pages that wait to be read; see ``sql``."""

from __future__ import annotations

WANT_PAGE = """
INSERT INTO pages (fingerprint, host, severity, due_at, added_at)
SELECT fingerprint, :host, :severity, :now, :now FROM entries
WHERE fingerprint = :fingerprint AND page_hash = ''
ON CONFLICT (fingerprint) DO UPDATE SET host = excluded.host, severity = excluded.severity,
    due_at = excluded.due_at, attempts = 0
"""

# One page a host, of each the gravest; a host that is being visited or rests has none. Times
# further away than any wait we give (a clock that was set back) count as now.
CLAIM_PAGES = """
UPDATE pages SET due_at = :until, attempts = attempts + 1
WHERE fingerprint IN (
    SELECT fingerprint FROM (
        SELECT fingerprint, severity, due_at, row_number() OVER (
            PARTITION BY host ORDER BY severity DESC, due_at, fingerprint) AS place
        FROM pages WHERE (due_at <= :now OR due_at > :absurd) AND NOT EXISTS (
            SELECT 1 FROM page_hosts WHERE page_hosts.host = pages.host
            AND until_at > :now AND until_at <= :absurd))
    WHERE place = 1 ORDER BY severity DESC, due_at LIMIT :limit)
RETURNING *
"""

HOST_RESTS = """
INSERT INTO page_hosts (host, until_at) VALUES (:host, :until)
ON CONFLICT (host) DO UPDATE SET until_at = excluded.until_at
"""
