"""The statements about what else entries are known by; see ``sql``."""

from __future__ import annotations

SIGHTINGS = """
SELECT alias.hash, coalesce(nullif(alias.entry, ''), alias.hash) AS entry, alias.seen_at AS at,
    coalesce(entries.seen_at, alias.seen_at) AS first_at, published_at, text_hash, edits
FROM fingerprints AS alias
LEFT JOIN entries ON entries.fingerprint = coalesce(nullif(alias.entry, ''), alias.hash)
WHERE alias.kind = :kind AND alias.hash IN (SELECT value FROM json_each(:hashes))
"""

REMEMBER_ALIAS = """
INSERT INTO fingerprints (kind, hash, entry, seen_at) VALUES (:kind, :hash, :entry, :now)
ON CONFLICT (kind, hash) DO UPDATE SET entry = excluded.entry, seen_at = excluded.seen_at
"""

# Held by its source still: once a day is enough to know.
MET_AGAIN = """
UPDATE fingerprints SET seen_at = :now
WHERE kind = 'entry' AND hash IN (SELECT value FROM json_each(:hashes)) AND seen_at < :before
"""
