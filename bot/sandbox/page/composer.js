// The foot of the conversation: the message box, or the one big button that is right instead.

import { say } from "./actions.js";
import { api } from "./api.js";
import { on } from "./bus.js";
import { CommandMenu } from "./command_menu.js";
import { button, byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { chosen } from "./route.js";
import { attempt } from "./toast.js";
import { chatById, messagesOf, senderName, userById } from "./world.js";

const TALLEST_PX = 168;
const drafts = new Map(); // user:chat:thread -> text
const parts = build();
const menu = new CommandMenu(parts.menu, parts.input, { run: runCommand, fill: fillCommand });
let replyTo = null;
let place = null;

function build() {
  const input = h("textarea", { id: "composer", "data-testid": "composer", rows: "1", dir: "auto", maxlength: "4096", autocomplete: "off", enterkeyhint: "send" });
  const send = h("button", { type: "submit", class: "send", "data-testid": "send" }, icon("send"));
  const slash = button({ class: "icon-button slash", "data-testid": "command-button" }, icon("slash"));
  const reply = h("div", { class: "replying", hidden: true });
  const list = h("div", { class: "commands", id: "command-menu", role: "listbox", "data-testid": "command-menu", hidden: true });
  const box = h("div", { class: "box" }, slash, input, send);
  return { input, send, slash, reply, menu: list, form: h("form", { class: "composer" }, list, reply, box) };
}

function draw() {
  const foot = byId("foot");
  const big = bigButton();
  if (big) foot.replaceChildren(big);
  else if (parts.form.parentNode !== foot) foot.replaceChildren(parts.form);
  const next = `${chosen.user}:${chosen.chat}:${chosen.thread}`;
  if (place !== next) changePlace(next);
  label();
}

function changePlace(next) {
  if (place !== null) drafts.set(place, parts.input.value);
  place = next;
  parts.input.value = drafts.get(next) ?? "";
  setReply(null);
  menu.close();
  grow();
}

function label() {
  const chat = chatById(chosen.chat);
  const topic = chat?.topics?.find((one) => one.message_thread_id === chosen.thread);
  const words = chat?.type === "channel" ? t("post") : topic ? t("message-in", { topic: topic.name }) : t("message");
  parts.input.placeholder = words;
  parts.input.setAttribute("aria-label", words);
  for (const [node, key] of [[parts.send, "send"], [parts.slash, "commands"]]) {
    node.setAttribute("aria-label", t(key));
    node.title = t(key);
  }
}

/** What stands in place of the message box, if anything does. */
function bigButton() {
  const user = userById(chosen.user);
  const chat = chatById(chosen.chat);
  if (!chat || !user) return null;
  if (user.deactivated) return note(t("gone"));
  if (chat.type === "channel" && !(chat.admins ?? []).includes(user.id)) return note(t("read-only"));
  if (chat.type !== "private") return null;
  if (user.blocked) return big(t("unblock"), "unblock-button", () => attempt(() => api.block(user.id, false)));
  return messagesOf(chat.id).length ? null : big(t("start"), "start-button", () => say("/start"));
}

const note = (text) => h("p", { class: "foot-note" }, text);
const big = (text, id, click) => button({ class: "big", "data-testid": id, on: { click } }, text);

/** Answer this message with the next one that is written. */
export function setReply(message) {
  replyTo = message;
  parts.reply.hidden = !message;
  if (!message) return;
  const words = (message.text ?? message.caption ?? "").slice(0, 120).replaceAll("\n", " ");
  const cancel = button({ class: "icon-button", "aria-label": t("cancel-reply"), on: { click: () => setReply(null) } }, icon("close"));
  const text = h("div", { class: "replying-text" }, h("b", {}, t("reply-to", { name: senderName(message) })), h("span", { dir: "auto" }, words));
  parts.reply.replaceChildren(icon("reply"), text, cancel);
  parts.input.focus();
}

async function submit(event) {
  event?.preventDefault();
  const text = parts.input.value.trim();
  if (!text) return;
  const answering = replyTo?.message_id ?? null;
  parts.input.value = "";
  setReply(null);
  menu.close();
  grow();
  const sent = await say(text, answering);
  if (!sent && !parts.input.value) parts.input.value = text; // nothing typed is ever lost
}

function runCommand(name) {
  parts.input.value = `/${name}`;
  submit();
  parts.input.focus();
}

function fillCommand(name) {
  parts.input.value = `/${name} `;
  parts.input.focus();
  menu.close();
}

function grow() {
  parts.input.style.height = "auto";
  const wanted = parts.input.scrollHeight; // 0 while the screen is hidden: then the row count decides
  if (wanted) parts.input.style.height = `${Math.min(wanted, TALLEST_PX)}px`;
  parts.form.classList.toggle("has-text", parts.input.value.trim() !== "");
}

function onKey(event) {
  if (menu.onKey(event) || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) submit(event);
  else if (event.key === "Escape" && replyTo) {
    setReply(null);
    event.stopPropagation();
  }
}

export function startComposer() {
  parts.form.addEventListener("submit", submit);
  parts.input.addEventListener("keydown", onKey);
  parts.input.addEventListener("input", () => {
    grow();
    menu.follow();
  });
  parts.slash.addEventListener("click", () => menu.toggle());
  on("world selection messages language", draw);
}
