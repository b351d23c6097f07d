// What an empty chat shows: the bot's profile text in a private chat, a quiet line elsewhere.

import { h } from "./dom.js";
import { t } from "./language.js";
import { botDescription, world } from "./world.js";

export function drawEmpty(chat, user) {
  if (chat?.type !== "private") return h("div", { class: "empty" }, h("p", { class: "pill" }, t("empty-topic")));
  const lines = botDescription(user).split("\n").map((line) => h("p", { dir: "auto" }, line));
  const picture = h("img", { src: "/page/icon.svg", alt: "", width: "84", height: "84" });
  const name = h("h3", { dir: "auto" }, world.bot.first_name);
  const handle = h("p", { class: "handle", dir: "ltr" }, `@${world.bot.username}`);
  return h("div", { class: "empty" }, h("div", { class: "profile" }, picture, name, handle, h("h4", {}, t("what-can")), ...lines));
}
