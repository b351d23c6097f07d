// The head of the conversation: who it is with, what is going on, its menu and its topics.

import { api } from "./api.js";
import { drawAvatar } from "./avatar.js";
import { on } from "./bus.js";
import { button, byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { openMenu, under } from "./menu.js";
import { chosen, go, openChat } from "./route.js";
import { attempt } from "./toast.js";
import { typingIn } from "./typing.js";
import { chatById, chatTitle, load, userById } from "./world.js";

function draw() {
  const chat = chatById(chosen.chat);
  if (!chat) return;
  const kind = chat.type === "private" ? "bot" : chat.type === "channel" ? "channel" : "group";
  const back = iconButton("back", t("back"), () => go({ view: "list", chat: chosen.chat }), { class: "icon-button back" });
  const news = iconButton("news", t("open-newsroom"), () => go({ view: "newsroom" }), { class: "icon-button open-tools" });
  const more = iconButton("more", t("chat-menu"), () => openMenu(under(more), menuItems(chat), { label: t("chat-menu") }), { "data-testid": "chat-menu", "aria-haspopup": "menu" });
  const words = h("div", { class: "talk-words" }, h("h2", { dir: "auto" }, chatTitle(chat)), subtitle(chat, kind));
  byId("talk-head").replaceChildren(back, drawAvatar(chat.id, chatTitle(chat), kind), words, news, more);
  drawTopics(chat);
}

function iconButton(name, label, click, props = {}) {
  return button({ class: "icon-button", "aria-label": label, title: label, on: { click }, ...props }, icon(name));
}

function subtitle(chat, kind) {
  const busy = typingIn(chat.id);
  if (busy) return h("p", { class: "is-typing", "data-testid": "typing" }, t(busy.action === "typing" ? "typing" : "uploading"));
  if (chat.type === "private") return h("p", {}, t("bot"));
  return h("p", {}, `${t(kind)} · ${t("members", { n: (chat.members ?? []).length })}`);
}

function menuItems(chat) {
  if (chat.type === "private") return [blockItem()];
  const set = (status) => () => attempt(() => api.member(chat.id, status, chosen.user).then(load));
  const inside = chat.bot_status === "member" || chat.bot_status === "administrator";
  const items = [];
  if (!inside) items.push({ icon: "bolt", text: t("add-bot"), run: set(chat.type === "channel" ? "administrator" : "member") });
  if (inside && chat.bot_status !== "administrator") items.push({ icon: "check", text: t("make-admin"), run: set("administrator") });
  if (chat.type === "group") items.push({ icon: "group", text: t("migrate"), run: () => attempt(() => upgrade(chat)) });
  if (inside) items.push({ icon: "ban", text: t("remove-bot"), danger: true, run: set("kicked") });
  return items;
}

async function upgrade(chat) {
  const { chat: successor } = await api.migrate(chat.id);
  await load();
  openChat(successor.id);
}

function blockItem() {
  const blocked = userById(chosen.user)?.blocked;
  const run = () => attempt(() => api.block(chosen.user, !blocked));
  return { icon: blocked ? "check" : "ban", text: t(blocked ? "unblock-menu" : "block"), danger: !blocked, run };
}

function drawTopics(chat) {
  const bar = byId("topics");
  const topics = chat.is_forum ? (chat.topics ?? []) : [];
  bar.hidden = topics.length === 0;
  const chip = (thread, name) => {
    const props = { class: "chip", "aria-pressed": String(chosen.thread === thread), "data-testid": `topic-${chat.id}-${thread ?? 0}` };
    return button({ ...props, on: { click: () => go({ chat: chat.id, thread, view: "chat" }) } }, h("bdi", {}, name));
  };
  bar.replaceChildren(chip(null, t("all-topics")), ...topics.map((topic) => chip(topic.message_thread_id, `# ${topic.name}`)));
}

export function startHeader() {
  on("world selection typing language", draw);
}
