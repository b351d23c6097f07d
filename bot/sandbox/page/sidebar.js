// The left pane: who to be, and that person's chats.

import { on } from "./bus.js";
import { button, byId, h } from "./dom.js";
import { drawAvatar } from "./avatar.js";
import { clock, dayKey, dayName, t } from "./language.js";
import { become, chosen, openChat } from "./route.js";
import { serviceLine } from "./service.js";
import { typingIn } from "./typing.js";
import { unreadIn, unreadOf } from "./unread.js";
import { chatTitle, chatsOf, fullName, isOutgoing, lastMessage, senderName, world } from "./world.js";

function drawPeople() {
  const people = world.users.map((user) => {
    const count = unreadOf(user.id);
    const mine = user.id === chosen.user;
    const props = { class: "person", "aria-pressed": String(mine), "data-testid": `person-${user.id}`, title: fullName(user) };
    const badge = count && !mine ? h("span", { class: "unread", "aria-label": t("unread", { n: count }) }, String(count)) : null;
    const face = h("span", { class: "face" }, drawAvatar(user.id, user.first_name), badge);
    return button({ ...props, on: { click: () => become(user.id) } }, face, h("bdi", {}, user.first_name));
  });
  keepFocus(byId("people"), () => byId("people").replaceChildren(...people));
}

function drawChats() {
  const chats = chosen.user === null ? [] : chatsOf(chosen.user);
  keepFocus(byId("chats"), () => byId("chats").replaceChildren(...chats.map(drawChat)));
}

/** Redrawing must not take the keyboard focus away from the row it is on. */
function keepFocus(frame, redraw) {
  const held = frame.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  redraw();
  if (held) frame.querySelector(`[data-testid="${held}"]`)?.focus();
}

function drawChat(chat) {
  const last = lastMessage(chat.id);
  const count = unreadIn(chosen.user, chat.id);
  const kind = chat.type === "private" ? "bot" : chat.type === "channel" ? "channel" : "group";
  const title = h("span", { class: "chat-title", dir: "auto" }, chatTitle(chat));
  const when = last ? h("time", { class: "chat-time" }, shortTime(last.date)) : null;
  const badge = count ? h("span", { class: "unread", "aria-label": t("unread", { n: count }) }, String(count)) : null;
  const props = { class: "chat", "data-testid": `chat-${chat.id}`, "aria-current": chat.id === chosen.chat ? "true" : null };
  const text = h("span", { class: "chat-text" }, h("span", { class: "chat-top" }, title, when), h("span", { class: "chat-top" }, drawPreview(chat, last), badge));
  return button({ ...props, on: { click: () => openChat(chat.id) } }, drawAvatar(chat.id, chatTitle(chat), kind), text);
}

const shortTime = (date) => (dayKey(date) === dayKey(Date.now() / 1000) ? clock(date) : dayName(date));

function drawPreview(chat, last) {
  if (typingIn(chat.id)) return h("span", { class: "chat-last is-typing" }, t("typing"));
  if (!last) return h("span", { class: "chat-last" }, t("empty-topic"));
  const words = last.text ?? last.caption ?? last.document?.file_name ?? last.venue?.title ?? serviceLine(last) ?? t("location");
  const who = chat.type === "private" || serviceLine(last) !== null ? null : h("bdi", { class: "chat-sender" }, isOutgoing(last, chosen.user) ? t("you") : senderName(last));
  return h("span", { class: "chat-last", dir: "auto" }, who, who ? ": " : "", words.slice(0, 120).replaceAll("\n", " "));
}

/** Move to the chat above (-1) or below (1) in the list. */
export function stepChat(step) {
  const chats = chatsOf(chosen.user);
  const at = chats.findIndex((chat) => chat.id === chosen.chat);
  const next = chats[(at + step + chats.length) % chats.length];
  if (next) openChat(next.id);
}

export function startSidebar() {
  on("world selection messages language typing read", () => {
    drawPeople();
    drawChats();
  });
}
