// What is chosen (person, chat, topic, screen) lives in the address: #user=1001&chat=1001

import { emit } from "./bus.js";
import { chatById, isMember, userById, world } from "./world.js";

export const chosen = { user: null, chat: null, thread: null, view: "list" };

/** Read the address; what it does not say, or says wrongly, falls back to something that exists. */
export function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  const number = (name) => (values.has(name) ? Number(values.get(name)) : null);
  const user = userById(number("user")) ?? world.users[0];
  const asked = chatById(number("chat"));
  const chat = asked && user && isMember(asked, user.id) ? asked.id : (user?.id ?? null);
  const thread = number("thread");
  const known = chatById(chat)?.topics?.some((topic) => topic.message_thread_id === thread);
  const view = values.get("view") ?? (asked ? "chat" : "list");
  Object.assign(chosen, { user: user?.id ?? null, chat, thread: known ? thread : null, view });
  emit("selection");
}

/** Go to a person, chat, topic or screen; what is left out stays. */
export function go(change) {
  const next = { ...chosen, ...change };
  if ("chat" in change && !("thread" in change)) next.thread = null;
  const values = new URLSearchParams({ user: next.user });
  if (next.view !== "list" || "chat" in change) values.set("chat", next.chat);
  if (next.thread !== null) values.set("thread", next.thread);
  if (next.view !== "chat" && values.has("chat")) values.set("view", next.view);
  const address = `#${values}`;
  if (address === location.hash) readAddress();
  else location.hash = address;
}

/** Become another person: keep the chat when they are in it too. */
export function become(user) {
  const chat = chatById(chosen.chat);
  const keeps = chat && chat.type !== "private" && isMember(chat, user);
  go({ user, chat: keeps ? chat.id : user, view: chosen.view });
}

export const openChat = (chat, thread = null) => go({ chat, thread, view: "chat" });

export function watchAddress() {
  addEventListener("hashchange", readAddress);
}
