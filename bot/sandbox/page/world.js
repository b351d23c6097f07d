// What the sandbox says there is: people, chats, messages. Read by every part, written only here.

import { api } from "./api.js";
import { emit } from "./bus.js";
import { t } from "./language.js";

export const world = { bot: null, users: [], chats: [], limits: null, faults: [] };
const messages = new Map(); // chat id -> Map(message id -> message)
const meanwhiles = new Set(); // for each load under way, the events of messages that came during it
let commandCache = new Map();
let reloading = null;
let refreshing = null;

/** Fetch people, chats and every chat's messages; the page then redraws itself. */
export async function load() {
  const meanwhile = [];
  meanwhiles.add(meanwhile);
  try {
    await loadState();
    await Promise.all(world.chats.map((chat) => loadMessages(chat.id)));
  } finally {
    meanwhiles.delete(meanwhile);
  }
  meanwhile.forEach(apply); // an answer may be older than what the stream told while it was on its way
  commandCache = new Map();
  emit("world");
}

async function loadState() {
  Object.assign(world, await api.state());
}

async function loadMessages(chat) {
  const list = await api.messages(chat);
  messages.set(chat, new Map(list.map((message) => [message.message_id, message])));
}

function reloadSoon() {
  clearTimeout(reloading);
  reloading = setTimeout(() => load().catch(() => undefined), 60);
}

function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => loadState().then(() => emit("world"), () => undefined), 60);
}

/** Take in one event of the stream; unknown types are ignored. */
export function take(event) {
  if (OF_MESSAGES.has(event.type)) meanwhiles.forEach((list) => list.push(event));
  apply(event);
}

const apply = (event) => APPLY[event.type]?.(event);
const OF_MESSAGES = new Set(["message", "edit", "delete", "reaction"]);

const APPLY = {
  message: ({ message }) => put(message, "message"),
  edit: ({ message }) => put(message, "edit"),
  delete: ({ chat_id: chat, message_id: id }) => {
    messages.get(chat)?.delete(id);
    emit("messages", { chat, id, kind: "delete" });
  },
  reaction: ({ chat_id: chat, message_id: id, reactions }) => {
    const message = messages.get(chat)?.get(id);
    if (message) put({ ...message, sandbox: { ...message.sandbox, reactions } }, "reaction");
  },
  user: ({ user }) => {
    world.users = world.users.map((known) => (known.id === user.id ? { ...known, ...user } : known));
    emit("world");
  },
  chat: reloadSoon,
  commands: () => {
    commandCache = new Map();
    emit("commands");
    refreshSoon(); // the bot's name and description are told by the same event
  },
  limits: ({ type: _type, limits, ...rest }) => {
    world.limits = limits ?? rest;
    emit("limits");
  },
  fault: ({ faults }) => {
    world.faults = faults ?? [];
    emit("faults");
  },
};

function put(message, kind) {
  const chat = message.chat.id;
  if (!messages.has(chat)) {
    messages.set(chat, new Map());
    reloadSoon();
  }
  messages.get(chat).set(message.message_id, message);
  emit("messages", { chat, id: message.message_id, message, kind });
}

export const userById = (id) => world.users.find((user) => user.id === id);
export const chatById = (id) => world.chats.find((chat) => chat.id === id);
export const messageOf = (chat, id) => messages.get(chat)?.get(id);
export const fullName = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

/** The chats a person sees: the private one with the bot first, then by the latest message. */
export function chatsOf(user) {
  const mine = world.chats.filter((chat) => isMember(chat, user) && !isUpgraded(chat));
  const newest = (chat) => lastMessage(chat.id)?.date ?? 0;
  return mine.sort((a, b) => (b.id === user) - (a.id === user) || newest(b) - newest(a));
}

// A group that became a supergroup lives on under the new id; Telegram lists only that one.
const isUpgraded = (chat) => chat.type === "group" && lastMessage(chat.id)?.migrate_to_chat_id !== undefined;

export function isMember(chat, user) {
  if (chat.type === "private") return chat.id === user;
  return [...(chat.members ?? []), ...(chat.admins ?? [])].includes(user);
}

export const chatTitle = (chat) => (chat.type === "private" ? (world.bot?.first_name ?? "") : chat.title);

/** Messages of a chat, oldest first, without the deleted ones; `thread` null means all topics. */
export function messagesOf(chat, thread = null) {
  const all = [...(messages.get(chat)?.values() ?? [])].filter((message) => !message.sandbox?.deleted);
  all.sort((a, b) => a.message_id - b.message_id);
  return thread === null ? all : all.filter((message) => message.message_thread_id === thread);
}

export function lastMessage(chat) {
  return messagesOf(chat).at(-1);
}

export const allMessages = () => world.chats.flatMap((chat) => messagesOf(chat.id));

export const isOutgoing = (message, user) => message.sandbox?.outgoing_by === user;
export const isFromBot = (message) =>
  (message.sandbox?.outgoing_by ?? null) === null && (!message.from || message.from.id === world.bot?.id);

/** Who wrote it, as shown over a bubble. */
export function senderName(message) {
  if (message.from) return fullName(message.from);
  return message.sender_chat?.title ?? message.chat.title ?? "";
}

export function commandsFor(user, chat) {
  const key = `${user}:${chat}`;
  if (!commandCache.has(key)) commandCache.set(key, api.commands(user, chat));
  return commandCache.get(key);
}

/** The profile text Telegram shows in an empty chat, in the person's language where there is one. */
export function botDescription(user) {
  const bot = world.bot ?? {};
  return bot.description_by_lang?.[user?.language_code] || bot.description || t("no-description");
}
