// What each person has read, kept for the tab's life so that a reload does not light everything up.

import { chatsOf, isOutgoing, messagesOf } from "./world.js";

const KEPT = "rasid.read";
const read = new Map(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
const key = (user, chat) => `${user}:${chat}`;

export function markRead(user, chat) {
  const newest = messagesOf(chat).at(-1)?.message_id ?? 0;
  if (read.get(key(user, chat)) === newest) return false;
  read.set(key(user, chat), newest);
  sessionStorage.setItem(KEPT, JSON.stringify([...read]));
  return true;
}

export function unreadIn(user, chat) {
  const upTo = read.get(key(user, chat)) ?? 0;
  return messagesOf(chat).filter((message) => message.message_id > upTo && !isOutgoing(message, user)).length;
}

export const unreadOf = (user) => chatsOf(user).reduce((sum, chat) => sum + unreadIn(user, chat.id), 0);
