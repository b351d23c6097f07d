// One message -> one row: avatar, bubble (name, quote, text, time, reactions), inline keyboard.

import { copy, jumpTo, press, react, textActions } from "./actions.js";
import { drawAttachments } from "./attachments.js";
import { drawAvatar } from "./avatar.js";
import { button, directionOf, h } from "./dom.js";
import { drawText, isOpenable } from "./entities.js";
import { icon } from "./icons.js";
import { clock, fullTime, t } from "./language.js";
import { openMenu, under } from "./menu.js";
import { serviceLine } from "./service.js";
import { chatById, isFromBot, isOutgoing, senderName } from "./world.js";

const REACTIONS = ["👍", "👎", "❤", "🔥", "🙏", "👀"];
const LONG_PRESS_MS = 480;

/**
 * @param {object} message Bot API message with its `sandbox` part
 * @param {{user: number, showTopic: boolean, onReply(message: object): void}} view
 */
export function drawMessage(message, view) {
  const line = serviceLine(message);
  const row = line === null ? drawRow(message, view) : h("div", { class: "service" }, h("span", { dir: "auto" }, line));
  row.dataset.testid = `message-${message.message_id}`;
  row.dataset.id = message.message_id;
  row.dataset.chat = message.chat.id;
  row.tabIndex = -1;
  return row;
}

function drawRow(message, view) {
  const outgoing = isOutgoing(message, view.user);
  const bubble = drawBubble(message, view, outgoing);
  const stack = h("div", { class: "stack" }, bubble, drawKeyboard(message));
  const withFace = !outgoing && message.chat.type !== "private" && message.chat.type !== "channel";
  const row = h("div", { class: `row ${outgoing ? "is-out" : "is-in"}` }, withFace ? drawAvatar(senderId(message), senderName(message), isFromBot(message) ? "bot" : "person") : null, stack);
  row.dataset.sender = senderId(message);
  row.setAttribute("aria-label", `${outgoing ? t("you") : senderName(message)}, ${clock(message.date)}`);
  offerMenu(row, message, view);
  return row;
}

const senderId = (message) => message.from?.id ?? message.sender_chat?.id ?? message.chat.id;

function drawBubble(message, view, outgoing) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities;
  const body = h("div", { class: "bubble-text" }, drawText(text, entities, textActions));
  // The lines carry dir="auto"; those are skipped when the browser works out their parent's
  // direction, so the bubble's own is set here: it is the one lines without letters go with.
  body.dir = directionOf(text) ?? "auto";
  const bubble = h("div", { class: "bubble" }, drawName(message, view, outgoing), drawReply(message), ...drawAttachments(message), text ? body : null);
  const meta = drawMeta(message, outgoing);
  const lastLine = text ? body.lastElementChild : null;
  if (lastLine?.classList.contains("line")) placeMeta(bubble, lastLine, meta);
  else bubble.classList.add("meta-below");
  bubble.append(meta, drawReactions(message, view.user) ?? "");
  return bubble;
}

/** Let the time stand in the last line where there is room: a blank of its width ends that line. */
function placeMeta(bubble, lastLine, meta) {
  const side = directionOf(lastLine.textContent) ?? lastLine.parentNode.dir;
  lastLine.append(h("span", { class: `meta-room meta-room-${meta.childElementCount}`, "aria-hidden": "true" }));
  bubble.classList.add(side === "rtl" ? "meta-left" : "meta-right");
}

function drawName(message, view, outgoing) {
  const named = !outgoing && message.chat.type !== "private";
  const topic = view.showTopic ? topicName(message) : null;
  if (!named && !topic) return null;
  const name = named ? h("bdi", { class: `name ink-${hue(senderId(message))}` }, senderName(message)) : null;
  const badge = named && isFromBot(message) && message.from ? h("span", { class: "badge" }, t("bot")) : null;
  return h("div", { class: "bubble-head" }, name, badge, topic ? h("bdi", { class: "topic-chip" }, `# ${topic}`) : null);
}

export const hue = (id) => Math.abs(id) % 7;

function topicName(message) {
  const topics = chatById(message.chat.id)?.topics ?? [];
  return topics.find((topic) => topic.message_thread_id === message.message_thread_id)?.name;
}

function drawReply(message) {
  const target = message.reply_to_message;
  // Telegram makes every message of a topic a reply to the topic's first one; nobody shows that.
  if (!target || target.forum_topic_created) return null;
  const words = (message.quote?.text ?? target.text ?? target.caption ?? target.document?.file_name ?? serviceLine(target) ?? "").slice(0, 160);
  const parts = [h("bdi", { class: "name" }, senderName(target)), h("span", { class: "reply-text", dir: "auto" }, words.replaceAll("\n", " "))];
  return button({ class: `reply ink-${hue(senderId(target))}`, on: { click: () => jumpTo(message.chat.id, target.message_id) } }, ...parts);
}

function drawMeta(message, outgoing) {
  const silent = message.sandbox?.silent ? h("span", { class: "mute", title: t("silent"), role: "img", "aria-label": t("silent") }, "🔕") : null;
  const edited = message.edit_date ? h("span", { class: "edited" }, t("edited")) : null;
  const at = new Date(message.date * 1000).toISOString();
  const time = h("time", { datetime: at, title: fullTime(message.date) }, clock(message.date));
  return h("span", { class: "meta" }, silent, edited, time, outgoing ? icon("check") : null);
}

function drawReactions(message, user) {
  const shown = Object.entries(message.sandbox?.reactions ?? {}).filter(([, who]) => who.length);
  if (!shown.length) return null;
  const chips = shown.map(([emoji, who]) => {
    const mine = who.includes(user);
    const props = { class: mine ? "reaction is-mine" : "reaction", "aria-pressed": String(mine), "aria-label": `${t("react", { emoji })} (${who.length})` };
    return button({ ...props, on: { click: () => react(message, emoji) } }, h("span", {}, emoji), h("b", {}, String(who.length)));
  });
  return h("div", { class: "reactions" }, ...chips);
}

function drawKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  return h("div", { class: "keyboard" }, ...rows.map((keys) => h("div", { class: "keys-row" }, ...keys.map((key) => drawKey(message, key)))));
}

function drawKey(message, key) {
  const label = h("bdi", {}, key.text);
  if (key.url !== undefined) return drawUrlKey(key, label);
  const onPress = async ({ currentTarget: node }) => {
    node.setAttribute("aria-busy", "true");
    await press(message, key.callback_data);
    node.removeAttribute("aria-busy");
  };
  return button({ class: "key", "data-testid": "inline-button", on: { click: onPress } }, label);
}

function drawUrlKey(key, label) {
  const props = { class: "key", "data-testid": "inline-button", title: key.url };
  if (!isOpenable(key.url)) return h("span", props, label);
  const onFollow = (event) => textActions.follow(key.url) && event.preventDefault();
  const link = { href: key.url, target: "_blank", rel: "noopener noreferrer", on: { click: onFollow } };
  return h("a", { ...props, ...link }, label, icon("link"));
}

function offerMenu(row, message, view) {
  const open = (at) => openMenu(at, menuItems(message, view), { label: t("actions"), head: reactionBar(message) });
  let timer;
  const stop = () => clearTimeout(timer);
  row.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a")) return;
    event.preventDefault();
    open(event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : under(row));
  });
  row.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") timer = setTimeout(() => open({ x: event.clientX, y: event.clientY }), LONG_PRESS_MS);
  });
  for (const type of ["pointerup", "pointercancel", "pointermove"]) row.addEventListener(type, stop);
  row.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== row) return;
    event.preventDefault(); // or the same key press would choose the menu's first item
    open(under(row.querySelector(".bubble") ?? row));
  });
  const more = button({ class: "react-button", tabindex: "-1", "aria-label": t("actions"), title: t("actions"), on: { click: () => open(under(more)) } }, icon("smile"));
  row.append(more);
}

function menuItems(message, view) {
  const text = message.text ?? message.caption;
  const items = [{ icon: "reply", text: t("reply"), run: () => view.onReply(message) }];
  if (text) items.push({ icon: "copy", text: t("copy"), run: () => copy(text) });
  return items;
}

function reactionBar(message) {
  const emojis = REACTIONS.map((emoji) => {
    const onPick = () => react(message, emoji);
    return button({ role: "menuitem", class: "reaction-pick", "aria-label": t("react", { emoji }), on: { click: onPick } }, emoji);
  });
  return h("div", { class: "reaction-bar" }, ...emojis);
}
