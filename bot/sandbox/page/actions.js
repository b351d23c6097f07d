// What a person can do to the bot. The page never changes a message itself: the answer comes as an event.

import { api } from "./api.js";
import { on } from "./bus.js";
import { isCalm } from "./dom.js";
import { t } from "./language.js";
import { chosen, openChat } from "./route.js";
import { attempt, showAlert, showToast } from "./toast.js";
import { messageOf, world } from "./world.js";

const ANSWER_WAIT_MS = 15_000;
const answers = new Map(); // callback query id -> function that ends the wait; true when answered early

export function say(text, replyTo = null) {
  const message = { user: chosen.user, chat: chosen.chat, text };
  if (chosen.thread !== null) message.thread_id = chosen.thread;
  if (replyTo !== null) message.reply_to = replyTo;
  return attempt(() => api.send(message));
}

/** Press an inline button; resolves when the bot has answered, or has had its time. */
export async function press(message, data) {
  const pressed = await attempt(() =>
    api.press({ user: chosen.user, chat: message.chat.id, message_id: message.message_id, data }),
  );
  if (pressed) await answered(pressed.callback_query_id);
}

function answered(id) {
  if (answers.delete(id)) return Promise.resolve();
  return new Promise((resolve) => {
    answers.set(id, resolve);
    setTimeout(() => answers.delete(id) && resolve(), ANSWER_WAIT_MS);
  });
}

on("answer", (answer) => {
  const waiting = answers.get(answer.callback_query_id);
  if (typeof waiting === "function") {
    answers.delete(answer.callback_query_id);
    waiting();
  } else {
    answers.set(answer.callback_query_id, true);
  }
  if (answer.user_id !== chosen.user) return;
  if (answer.url) follow(answer.url);
  if (answer.text) (answer.show_alert ? showAlert : showToast)(answer.text);
});

export function react(message, emoji) {
  const mine = (message.sandbox?.reactions?.[emoji] ?? []).includes(chosen.user);
  const reaction = { user: chosen.user, chat: message.chat.id, message_id: message.message_id, emoji: mine ? null : emoji };
  return attempt(() => api.react(reaction));
}

export async function copy(text) {
  const done = await attempt(() => navigator.clipboard.writeText(text).then(() => true));
  if (done) showToast(t("copied"));
}

/** Links to this very bot work inside the page, as they would in Telegram; others open outside. */
export function follow(address) {
  const link = /^https?:\/\/t\.me\/(\w+)(?:\?start=([\w-]{1,64}))?$/i.exec(address);
  if (link?.[1].toLowerCase() !== world.bot?.username?.toLowerCase()) return false;
  openChat(chosen.user);
  attempt(() => api.send({ user: chosen.user, chat: chosen.user, text: link[2] ? `/start ${link[2]}` : "/start" }));
  return true;
}

/** What a tap on a part of a text does. */
export const textActions = { command: (text) => say(text), copy, follow };

/** Show the message a reply points to. */
export function jumpTo(chat, id) {
  if (!messageOf(chat, id)) return showToast(t("gone-message"));
  const row = document.querySelector(`[data-chat="${chat}"][data-id="${id}"]`);
  if (!row) return openChat(chat);
  row.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
  row.classList.remove("is-found");
  requestAnimationFrame(() => row.classList.add("is-found"));
  return row.focus({ preventScroll: true });
}
