-- Who listens to a story, and what each report was to it. Released: never edit, add a step.

-- The watches for which a chat was told of a story: with the last of them its replies end.
CREATE TABLE whys (
    story_id  TEXT NOT NULL,
    chat_id   INTEGER NOT NULL,
    query     TEXT NOT NULL,
    PRIMARY KEY (story_id, chat_id, query)
) WITHOUT ROWID;
INSERT OR IGNORE INTO whys SELECT story_id, chat_id, json_extract(why.value, '$.query')
    FROM deliveries, json_each(payload, '$.whys') AS why WHERE kind = 'alert';

ALTER TABLE entries ADD COLUMN role TEXT NOT NULL DEFAULT ''; -- original, echo, denial; '' unknown
UPDATE entries SET role = 'echo' WHERE EXISTS (
    SELECT 1 FROM stories, json_each(stories.life, '$.echoes') AS name
    WHERE stories.id = entries.story_id AND name.value = entries.source_name);
UPDATE entries SET role = 'original' WHERE EXISTS (
    SELECT 1 FROM stories, json_each(stories.life, '$.originals') AS name
    WHERE stories.id = entries.story_id AND name.value = entries.source_name);
