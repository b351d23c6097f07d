// The conversation itself: keeps the drawn messages in step with the world, and the eye in place.

import { on, emit } from "./bus.js";
import { drawMessage } from "./bubble.js";
import { drawEmpty } from "./empty.js";
import { byId, h, isCalm } from "./dom.js";
import { icon } from "./icons.js";
import { dayKey, dayName, t } from "./language.js";
import { chosen } from "./route.js";
import { typingIn } from "./typing.js";
import { markRead } from "./unread.js";
import { chatById, isOutgoing, messagesOf, userById } from "./world.js";

const NEAR_BOTTOM_PX = 90;
const SAME_BREATH_S = 300;
const places = new Map(); // chat:thread -> distance from the bottom, kept while elsewhere
const log = byId("log");
let shown = { key: null, user: null };
let fresh = 0;
let stuck = true;
let onReply = () => undefined;

const key = () => `${chosen.chat}:${chosen.thread}`;
const fromBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight;

function view() {
  const chat = chatById(chosen.chat);
  return { user: chosen.user, showTopic: Boolean(chat?.is_forum) && chosen.thread === null, onReply };
}

function drawAll() {
  const changed = shown.key !== key() || shown.user !== chosen.user;
  const place = changed ? (places.get(key()) ?? 0) : fromBottom();
  shown = { key: key(), user: chosen.user };
  const list = messagesOf(chosen.chat, chosen.thread);
  const now = view();
  log.replaceChildren(...(list.length ? list.map((message) => drawMessage(message, now)) : [drawEmpty(chatById(chosen.chat), userById(chosen.user))]));
  arrange();
  if (changed) fresh = 0;
  log.scrollTop = log.scrollHeight - log.clientHeight - place;
  noteScroll();
  seen();
}

/** Day marks, who speaks first and last in a run, and the typing dots. */
function arrange() {
  for (const extra of log.querySelectorAll(".day, .dots")) extra.remove();
  const list = messagesOf(chosen.chat, chosen.thread);
  const rows = new Map([...log.children].map((row) => [Number(row.dataset.id), row]));
  let before = null;
  for (const message of list) {
    const row = rows.get(message.message_id);
    if (!row) continue;
    const newDay = !before || dayKey(before.message.date) !== dayKey(message.date);
    if (newDay) row.before(h("div", { class: "day" }, h("span", {}, dayName(message.date))));
    const joined = before && !newDay && before.row.dataset.sender === row.dataset.sender && message.date - before.message.date < SAME_BREATH_S;
    row.classList.toggle("is-first", !joined);
    before?.row.classList.toggle("is-last", !joined);
    before = { message, row };
  }
  before?.row.classList.add("is-last");
  if (isTypingHere()) log.append(h("div", { class: "dots row is-in", "aria-hidden": "true" }, h("span", { class: "bubble" }, h("i"), h("i"), h("i"))));
}

function isTypingHere() {
  const busy = typingIn(chosen.chat);
  return busy && (chosen.thread === null || busy.thread === null || busy.thread === chosen.thread);
}

function changeOne({ chat, id, message, kind }) {
  if (chat !== chosen.chat) return;
  const row = log.querySelector(`:scope > [data-id="${id}"]`);
  const belongs = message && !message.sandbox?.deleted && (chosen.thread === null || message.message_thread_id === chosen.thread);
  if (!belongs) return row ? vanish(row) : undefined;
  const wasNear = stuck;
  const drawn = drawMessage(message, view());
  if (row) replaceRow(row, drawn);
  else append(drawn, message, kind);
  settle(wasNear || (!row && isOutgoing(message, chosen.user)));
}

function append(drawn, message, kind) {
  log.querySelector(".empty")?.remove();
  log.append(drawn);
  if (kind === "message") drawn.classList.add("is-new");
  if (!stuck && !isOutgoing(message, chosen.user)) fresh += 1;
}

/** An edit keeps what the reader did to the old bubble: opened quotes, shown spoilers, focus. */
function replaceRow(row, drawn) {
  const focused = row.contains(document.activeElement);
  const opened = [...row.querySelectorAll(".quote")].map((quote) => quote.classList.contains("is-open"));
  if (row.querySelector(".spoiler.is-shown")) drawn.querySelector(".spoiler")?.click();
  row.replaceWith(drawn);
  [...drawn.querySelectorAll(".quote")].forEach((quote, at) => opened[at] && quote.querySelector(".quote-toggle")?.click());
  if (focused) drawn.focus({ preventScroll: true });
}

function vanish(row) {
  const gone = () => {
    row.remove();
    if (messagesOf(chosen.chat, chosen.thread).length) settle(stuck);
    else drawAll();
  };
  row.classList.add("is-leaving");
  if (isCalm()) gone();
  else setTimeout(gone, 180);
}

function settle(toBottom) {
  arrange();
  if (toBottom) log.scrollTop = log.scrollHeight;
  noteScroll();
  seen();
}

function seen() {
  const visible = document.visibilityState === "visible" && log.offsetParent !== null;
  if (visible && chosen.user !== null && markRead(chosen.user, chosen.chat)) emit("read");
}

function noteScroll() {
  stuck = fromBottom() < NEAR_BOTTOM_PX;
  places.set(shown.key, stuck ? 0 : fromBottom());
  if (stuck) fresh = 0;
  const jump = byId("to-bottom");
  jump.hidden = stuck;
  jump.setAttribute("aria-label", t("to-bottom"));
  jump.replaceChildren(icon("down"), fresh ? h("span", { class: "unread" }, String(fresh)) : "");
}

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** Arrow keys walk through the messages; Enter on one opens its menu (bubble.js). */
function onKey(event) {
  const onRow = event.target === log || event.target.parentNode === log;
  if (!onRow || event.altKey || !(event.key in STEPS)) return;
  const rows = [...log.querySelectorAll(":scope > [data-id]")];
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? rows.at(-1) : rows[at + STEPS[event.key]];
  next?.focus();
  event.preventDefault();
}

/** @param {(message: object) => void} reply called when a person wants to answer a message */
export function startLog(reply) {
  onReply = reply;
  on("world selection language", drawAll);
  on("messages", changeOne);
  on("typing", ({ chat }) => chat === chosen.chat && settle(stuck));
  log.addEventListener("scroll", noteScroll, { passive: true });
  log.addEventListener("keydown", onKey);
  byId("to-bottom").addEventListener("click", () => log.scrollTo({ top: log.scrollHeight, behavior: isCalm() ? "auto" : "smooth" }));
  document.addEventListener("visibilitychange", seen);
  // Opening a phone's keyboard or a long quotation must not push the newest message out of sight.
  new ResizeObserver(() => stuck && (log.scrollTop = log.scrollHeight)).observe(log);
}

