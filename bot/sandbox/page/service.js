// Service messages ("Noor was added") as one line of words.

import { t } from "./language.js";
import { fullName } from "./world.js";

const LINES = {
  new_chat_members: (members) => t("joined", { name: members.map(fullName).join(", ") }),
  left_chat_member: (member) => t("left", { name: fullName(member) }),
  forum_topic_created: (topic) => t("topic-created", { name: topic.name }),
  group_chat_created: () => t("group-created"),
  supergroup_chat_created: () => t("group-created"),
  migrate_to_chat_id: () => t("migrated-to"),
  migrate_from_chat_id: () => t("migrated-from"),
  pinned_message: () => t("pinned"),
};

/** The line for a service message, null for an ordinary one. */
export function serviceLine(message) {
  const kind = Object.keys(LINES).find((name) => name in message);
  if (kind) return LINES[kind](message[kind]);
  return isEmpty(message) ? t("service") : null;
}

const CONTENT = ["text", "caption", "document", "venue", "location", "photo"];
const isEmpty = (message) => !CONTENT.some((name) => name in message);
