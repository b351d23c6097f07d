"""The statements that both stores run, reviewed as SQL. Times are milliseconds."""

from __future__ import annotations

# A new source is due soon, not all new ones in one second: the first of them at once, then some
# thirty a second. At its first claim, for who adds a source need not know the time.
PLACE_SOURCES = """
UPDATE sources SET next_due_at = :now + placed.wait_ms
FROM (SELECT id, max(0, row_number() OVER (ORDER BY urgent DESC, rowid) - :at_once) * :step_ms
          AS wait_ms FROM sources WHERE next_due_at = 0) AS placed
WHERE sources.id = placed.id
"""

# The due time written here is for a visit that is never recorded. One further away than any wait we
# give (a clock that was set back) counts as due, unless the operator (a tenth of jitter beside) or
# the publisher asked for such a wait.
CLAIM_SOURCES = """
UPDATE sources SET next_due_at = :now + max(interval_s, :visit_s) * 1000, claimed = 1
WHERE id IN (
    SELECT id FROM sources
    WHERE next_due_at <= :now
       OR (next_due_at > :absurd AND next_due_at - interval_s * 1100 > :absurd
           AND earliest_at - coalesce(polled_at, 0) <= :absurd - :now)
    ORDER BY next_due_at LIMIT :limit)
RETURNING *, (SELECT hashes FROM entry_hashes WHERE source_id = sources.id) AS entry_hashes
"""

# A source that was removed while it was visited has no row to hang this on.
PUT_ENTRY_HASHES = """
INSERT INTO entry_hashes (source_id, hashes) SELECT id, :hashes FROM sources WHERE id = :source_id
ON CONFLICT (source_id) DO UPDATE SET hashes = excluded.hashes
"""

SOURCE_POLLED = """
UPDATE sources SET etag = :etag, last_modified = :last_modified, body_hash = :body_hash,
    polled_at = :now, polled_ok_at = :now, failures = 0, error = '', claimed = 0,
    failure = '', missing_since = NULL, gone_at = NULL,
    whole_at = CASE WHEN :whole THEN :now ELSE whole_at END
WHERE id = :id
"""

PUT_HABITS = "UPDATE sources SET habits = :habits WHERE id = :id"

# News may have broken where it lives while it was visited.
SOURCE_COURSE = """
UPDATE sources SET
    next_due_at = CASE WHEN quick_until > :now THEN :quick_at ELSE :due_at END,
    earliest_at = :earliest_at, wait_ms = :wait_ms, rhythm = :rhythm, hints = :hints, held = :held,
    move = :move
WHERE id = :id
"""

# Neither where the publisher asked to wait longer nor where visits fail anyway. The rowid spreads
# those of one country over half a minute.
QUICKEN_SOURCES = """
UPDATE sources SET quick_until = max(quick_until, :until),
    next_due_at = CASE WHEN failures > 0 THEN next_due_at
        ELSE min(next_due_at, max(earliest_at, :now + 60000 + rowid * 7919 % 30000)) END
WHERE kind = 'feed' AND NOT pinned
  AND (id = :id OR lower(country) IN (SELECT value FROM json_each(:countries)))
"""

# Never to an address another source has, in either way of having it.
MOVE_SOURCE = """
UPDATE sources SET moved_url = :url, move = '' WHERE id = :id AND NOT EXISTS (
    SELECT 1 FROM sources AS other
    WHERE other.id <> :id
      AND (other.url = :url OR other.moved_url <> '' AND other.moved_url = :url))
RETURNING id
"""

# The operator's own word is stronger than a move.
YIELD_MOVES = """
UPDATE sources SET moved_url = ''
WHERE moved_url <> '' AND EXISTS (
    SELECT 1 FROM sources AS other WHERE other.id <> sources.id AND other.url = sources.moved_url)
"""

SOURCE_FAILED = """
UPDATE sources SET polled_at = :now, failures = failures + 1, error = :error, claimed = 0,
    next_due_at = :next_due_at, earliest_at = :earliest_at, failure = :failure,
    missing_since = CASE WHEN :is_missing THEN coalesce(missing_since, :now) ELSE missing_since END,
    gone_at = CASE WHEN :is_gone THEN coalesce(gone_at, :now) ELSE gone_at END,
    moved_url = CASE WHEN :returns THEN '' ELSE moved_url END
WHERE id = :id
"""

# Before the time its publisher asked for none is visited, whoever wants it.
ALL_DUE = "UPDATE sources SET claimed = 0, next_due_at = max(earliest_at, :now)"

# After a start: what was claimed and never visited is due, not one interval later; so is what
# failed, for the operator may have started us because the trouble is over. Not all in one second,
# and none before its publisher allows it. A visit that comes early takes the place of the one that
# failed: else each start would double the wait, and a short trouble become a long silence.
RECOVER_SOURCES = """
UPDATE sources SET claimed = 0, next_due_at = max(earliest_at, :now + placed.wait_ms),
    failures = failures - (failures > 0 AND next_due_at > :now AND NOT claimed)
FROM (SELECT id, max(0, row_number() OVER (ORDER BY kind = 'feed', urgent DESC, next_due_at, rowid)
          - :at_once) * :step_ms AS wait_ms
      FROM sources
      WHERE next_due_at > 0 AND (next_due_at <= :now OR failures > 0 OR claimed
          -- Further away than any wait of its own: an earlier life's clock was ahead.
          OR next_due_at > coalesce(polled_at, :now) + 2 * max(interval_s * 1000, wait_ms) + 60000
      )) AS placed
WHERE sources.id = placed.id
"""

# Visited in what is now the future: it waits as long as it was to, from now on.
REWIND_SOURCES = """
UPDATE sources SET next_due_at = max(:now, next_due_at - (polled_at - :now)),
    earliest_at = max(0, earliest_at - (polled_at - :now)),
    quick_until = max(0, quick_until - (polled_at - :now)), polled_at = :now
WHERE polled_at > :now
"""

SOURCE_AGES = """
SELECT sources.*, count(entries.id) AS entry_count, max(entries.seen_at) AS last_entry_at
FROM sources LEFT JOIN entries ON entries.source_id = sources.id
GROUP BY sources.id ORDER BY sources.origin DESC, sources.name
"""

# Names before ids: the first that fits is offered.
SOURCE_NAMES = """
SELECT name, min(rank) AS rank FROM (
    SELECT name, 0 AS rank FROM sources
    UNION ALL SELECT DISTINCT source_name, 1 FROM entries WHERE seen_at >= :since
    UNION ALL SELECT id, 2 FROM sources)
WHERE name <> '' GROUP BY name ORDER BY rank, name
"""

ADD_SOURCE = """
INSERT INTO sources (id, origin, kind, name, url, lang, country, interval_s, private, folder,
    urgent, pinned, headers, proxy, full_text, zone)
SELECT :id, :origin, :kind, :name, :url, :lang, :country, :interval_s, :private, :folder,
    :urgent, :pinned, :headers, :proxy, :full_text, :zone
WHERE NOT EXISTS (SELECT 1 FROM sources WHERE moved_url <> '' AND moved_url = :url)
ON CONFLICT DO NOTHING RETURNING id
"""

REMEMBER_ENTRY = """
INSERT INTO fingerprints (kind, hash, story_id, seen_at) VALUES ('entry', :hash, :story_id, :now)
ON CONFLICT DO NOTHING RETURNING hash
"""

ADD_ENTRY = """
INSERT INTO entries (source_id, fingerprint, title, body, link, source_name, lang,
    text_hash, is_seed, reason, detail, flag, severity, story_id, published_at, seen_at, role)
VALUES (:source_id, :fingerprint, :title, :body, :link, :source_name, :lang, :text_hash,
    :is_seed, :reason, :detail, :flag, :severity, :story_id, :published_at, :seen_at, :role)
"""

# An edit: only where the wording is not the recorded one already. What broke us is recorded anew
# in the same words.
EDIT_ENTRY = """
UPDATE entries SET title = :title, body = :body, text_hash = :text_hash,
    reason = :reason, detail = :detail, flag = :flag, severity = :severity, role = :role,
    story_id = coalesce(:story_id, story_id), edits = edits + 1, page_hash = ''
WHERE fingerprint = :fingerprint AND (text_hash <> :text_hash OR reason = 'failed')
"""

# The page behind an entry was read: its feed's wording stays what later polls are compared with.
# What broke us is recorded anew in the same words.
READ_PAGE = """
UPDATE entries SET body = :body, page_hash = :text_hash,
    reason = :reason, detail = :detail, flag = :flag, severity = :severity, role = :role,
    story_id = coalesce(:story_id, story_id)
WHERE fingerprint = :fingerprint AND (page_hash <> :text_hash OR reason = 'failed')
"""

# A story grows: it keeps its first headline and takes the graver severity.
PUT_STORY = """
INSERT INTO stories (id, title, lang, source_name, link, severity, topics, places, sketch,
    entries, published_at, first_seen_at, last_seen_at, life)
VALUES (:id, :title, :lang, :source_name, :link, :severity, :topics, :places, :sketch,
    :entries, :published_at, :first_seen_at, :last_seen_at, :life)
ON CONFLICT (id) DO UPDATE SET entries = excluded.entries, places = excluded.places,
    severity = max(stories.severity, excluded.severity), last_seen_at = excluded.last_seen_at,
    sketch = excluded.sketch, life = excluded.life
"""

KNOWN_ENTRIES = """
SELECT hash, text_hash, edits, entries.story_id
FROM fingerprints LEFT JOIN entries ON entries.fingerprint = hash
WHERE fingerprints.kind = 'entry' AND hash IN (SELECT value FROM json_each(:hashes))
"""

# Of all chats that hear of a story in the same words, in one statement: ten thousand of them wait
# for it, and so does everybody else. Returns those who were not told before.
ADD_ALERTS = """
INSERT INTO alerts (chat_id, story_id, severity, decided_at)
SELECT value, :story_id, :severity, :now FROM json_each(:chats) WHERE true
ON CONFLICT DO NOTHING RETURNING chat_id
"""

ADD_ALERT_DELIVERIES = """
INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload, not_before_at,
    added_at, late, uncertain, waits, channel)
SELECT 'a:' || value || ':' || :story_id || ':0', 'alert', value, :story_id, 1, :severity, :payload,
    :not_before, :now, :late, :uncertain, :not_before > :now,
    EXISTS (SELECT 1 FROM chats WHERE id = value AND kind = 'channel')
FROM json_each(:chats) WHERE true ON CONFLICT DO NOTHING
"""

# Also of who was told before: what matches later reports keeps a chat listening, too.
ADD_WHYS = """
INSERT INTO whys (story_id, chat_id, query) SELECT :story_id, value, :query
FROM json_each(:chats) WHERE true ON CONFLICT DO NOTHING
"""

ADD_DELIVERY = """
INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, thread_id, reply_to, lane, severity,
    payload, not_before_at, added_at, late, uncertain, waits, channel)
VALUES (:dedup_key, :kind, :chat_id, :story_id, :thread_id, :reply_to, :lane, :severity,
    :payload, :not_before, :now, :late, :uncertain, :not_before > :now,
    EXISTS (SELECT 1 FROM chats WHERE id = :chat_id AND kind = 'channel'))
ON CONFLICT DO NOTHING RETURNING id
"""

# All who were told of the story and still listen. One edit that waits shows all that came since,
# so there is never a second one behind it.
ADD_EDITS = """
INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload, not_before_at,
    added_at, waits, channel)
SELECT 'e:' || alerts.chat_id || ':' || :story_id || ':' || :edits, 'edit', alerts.chat_id,
    :story_id, 2, :severity, '{}', :not_before, :now, 2, chats.kind = 'channel'
FROM alerts JOIN chats ON chats.id = alerts.chat_id AND chats.status = 'active'
WHERE alerts.story_id = :story_id AND NOT EXISTS (
    SELECT 1 FROM deliveries AS other
    WHERE other.story_id = :story_id AND other.chat_id = alerts.chat_id
      AND other.kind = 'edit' AND other.state = 'pending')
ON CONFLICT DO NOTHING RETURNING id
"""

# Whether a chat still has one of the watches for which it was told of a story.
_LISTENS = """EXISTS (
        SELECT 1 FROM whys JOIN watches
        ON watches.chat_id = whys.chat_id AND watches.query = whys.query
        WHERE whys.story_id = {row}.story_id AND whys.chat_id = {row}.chat_id)"""

ADD_STEPS = f"""
INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload, not_before_at,
    added_at, waits, channel)
SELECT 's:' || alerts.chat_id || ':' || :story_id || ':' || :step, 'step', alerts.chat_id,
    :story_id, 1, :severity, :step, :now, :now, 2, chats.kind = 'channel'
FROM alerts JOIN chats ON chats.id = alerts.chat_id AND chats.status = 'active'
WHERE alerts.story_id = :story_id AND {_LISTENS.format(row="alerts")}
ON CONFLICT DO NOTHING RETURNING id
"""

# After a watch was dropped: replies to what came only for it.
CANCEL_STEPS = f"""
UPDATE deliveries SET state = 'cancelled', settled_at = :now,
    error = 'the chat follows it no more'
WHERE chat_id = :chat_id AND state = 'pending' AND kind = 'step'
  AND NOT {_LISTENS.format(row="deliveries")}
"""

# The alert that an edit changes and a step answers: the one that went, where a group that moved
# meanwhile had two.
TOLD = """
SELECT alert.payload, alert.digest_id, coalesce(digest.state, alert.state) AS state,
    coalesce(digest.message_id, alert.message_id) AS message_id
FROM deliveries AS alert LEFT JOIN deliveries AS digest ON digest.id = alert.digest_id
WHERE alert.kind = 'alert' AND alert.story_id = :story_id AND alert.chat_id = :chat_id
ORDER BY coalesce(digest.state, alert.state) IN ('dead', 'cancelled'), alert.id DESC LIMIT 1
"""

# What is under way, in the very words of its index: SQLite sees in no others that one state of the
# two is enough, and reads everything that was ever sent.
OPEN = "state IN ('leased', 'sending')"

END_DELIVERY = """
UPDATE deliveries SET state = :state, lease = NULL, lease_until = NULL, error = :error,
    settled_at = :now
WHERE id = :id
"""

MARK_SENDING = """
UPDATE deliveries SET state = 'sending', attempts = attempts + 1, sending_at = :now
WHERE id = :id AND lease = :lease AND state = 'leased' AND lease_until > :now RETURNING id
"""

# A clock that is set ahead lets a lease run out, and who holds it claims the row again under the
# same name: what one of the two gives back unsent is not taken from the other, who sends it. Where
# the group has moved meanwhile, the number that its message had there means another one here.
SETTLE = """
UPDATE deliveries SET state = :state, lease = NULL, lease_until = NULL,
    message_id = CASE WHEN chat_id = :chat_id THEN :message_id END,
    not_before_at = coalesce(:now + :wait, not_before_at), waits = :wait IS NOT NULL,
    error = :error, refused = refused + :refused, uncertain = uncertain + :uncertain,
    settled_at = :now
WHERE id = :id AND lease = :lease AND state IN ('leased', 'sending')
  AND NOT (state = 'sending' AND :state = 'pending' AND :wait IS NULL)
"""

RELEASE = f"""
UPDATE deliveries SET state = 'pending', lease = NULL, lease_until = NULL
WHERE {OPEN} AND state = 'leased' AND lease = :lease
"""

# After a start: leased rows were surely not sent. A row that was being sent may have arrived:
# from severity 2 a duplicate beats a loss, below it is left visible as unconfirmed.
RECOVER_LEASED = f"""
UPDATE deliveries SET state = 'pending', lease = NULL, lease_until = NULL
WHERE {OPEN} AND state = 'leased'
"""
RECOVER_GRAVE = f"""
UPDATE deliveries SET state = 'pending', lease = NULL, lease_until = NULL,
    uncertain = uncertain + 1, error = 'the process ended while this was being sent'
WHERE {OPEN} AND state = 'sending' AND (severity >= 2 OR kind = 'edit')
"""
RECOVER_LIGHT = f"""
UPDATE deliveries SET state = 'unconfirmed', lease = NULL, lease_until = NULL, settled_at = :now,
    error = 'the process ended while this was being sent'
WHERE {OPEN} AND state = 'sending' AND severity < 2 AND kind <> 'edit'
"""

# What was refused (403) is tried one by one, ten a second, who waited longest first: the pace is
# for the others. In five minutes all are, as in a bot that goes on.
RECOVER_REFUSED = """
UPDATE deliveries SET waits = 1, not_before_at = :now + spread.wait FROM (
    SELECT id AS refused, min(300000, 100 * (row_number() OVER (ORDER BY settled_at) - 1)) AS wait
    FROM deliveries WHERE state = 'pending' AND waits < 2 AND error LIKE 'Forbidden:%') AS spread
WHERE id = spread.refused
"""

LATEST_STORIES = """
SELECT * FROM stories
WHERE severity > 0 AND coalesce(json_extract(life, '$.state'), 'open') <> 'taken-back'
ORDER BY coalesce(published_at, first_seen_at) DESC, first_seen_at DESC LIMIT :limit
"""

# A step is asked about as the alert it answers.
ALERT_CARD = """
SELECT payload, story_id FROM deliveries
WHERE kind = 'alert' AND chat_id = :chat_id
  AND (:message_id IS NULL OR message_id = :message_id OR story_id IN (
    SELECT story_id FROM deliveries
    WHERE kind = 'step' AND chat_id = :chat_id AND message_id = :message_id)
    OR digest_id IN (
    SELECT id FROM deliveries
    WHERE kind = 'digest' AND chat_id = :chat_id AND message_id = :message_id))
  AND (:story_id IS NULL OR story_id = :story_id)
ORDER BY id DESC LIMIT 1
"""

ENTRIES_SINCE = """
SELECT title, body, source_id, source_name, lang, link, seen_at FROM entries
WHERE seen_at >= :since ORDER BY seen_at DESC, id DESC LIMIT :limit
"""

# By its link, its number, its fingerprint or the number of its story; a link may come again.
ENTRIES_OF = """
SELECT * FROM entries
WHERE link = :asked OR fingerprint = :asked OR story_id = :asked OR CAST(id AS TEXT) = :asked
ORDER BY seen_at, id LIMIT :limit
"""

STORY_REPORTS = """
SELECT source_id, source_name, link, role, published_at, seen_at FROM entries
WHERE story_id = :story_id ORDER BY coalesce(published_at, seen_at), id LIMIT :limit
"""

STORY_DELIVERIES = """
SELECT kind, state, count(*) AS n FROM deliveries WHERE story_id = :story_id
GROUP BY kind, state ORDER BY kind, state
"""

OUTBOX_COUNTS = "SELECT state, count(*) AS n FROM deliveries GROUP BY state ORDER BY state"

DEAD_LETTERS = """
SELECT id, state, error, coalesce(settled_at, added_at) AS at FROM deliveries
WHERE state IN ('dead', 'unconfirmed') ORDER BY id DESC LIMIT :limit
"""

MARK_UPDATE = """
INSERT INTO processed_updates (bot_id, update_id, processed_at)
VALUES (:bot_id, :update_id, :now) ON CONFLICT DO NOTHING RETURNING update_id
"""

PUT_PUSH = """
INSERT OR REPLACE INTO pushes (source_id, hub, topic, token, secret, state, due_at, lease_until,
    failures, error, pushed_at, missed_at)
SELECT :source_id, :hub, :topic, :token, :secret, :state, :due_at, :lease_until, :failures, :error,
    :pushed_at, :missed_at
WHERE EXISTS (SELECT 1 FROM sources WHERE id = :source_id)
"""

PUSHES_DUE = "SELECT * FROM pushes WHERE due_at <= :now ORDER BY due_at LIMIT :limit"
