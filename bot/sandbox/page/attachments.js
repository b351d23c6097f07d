// Documents, places and the rest of what a message can carry beside text.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

/** Nodes for everything a message carries besides its text. */
export function drawAttachments(message) {
  const nodes = [];
  if (message.document) nodes.push(drawDocument(message.document));
  if (message.venue) nodes.push(drawPlace(message.venue.location, message.venue));
  else if (message.location) nodes.push(drawPlace(message.location, null));
  if (message.photo) nodes.push(h("div", { class: "card" }, t("photo")));
  return nodes;
}

function drawDocument(document) {
  const size = document.file_size === undefined ? "" : byteSize(document.file_size);
  const name = h("bdi", { class: "card-title" }, document.file_name ?? t("document"));
  const facts = [size, document.mime_type].filter(Boolean).join(" · ");
  const inner = [h("span", { class: "card-icon" }, icon("file")), h("span", { class: "card-text" }, name, h("small", { dir: "ltr" }, facts))];
  return h("div", { class: "card", title: t("document") }, ...inner);
}

function byteSize(bytes) {
  const units = ["B", "KB", "MB"];
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log2(bytes) / 10) : 0);
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

function drawPlace({ latitude, longitude }, venue) {
  const address = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=11/${latitude}/${longitude}`;
  const position = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const title = h("bdi", { class: "card-title" }, venue?.title ?? t("location"));
  const text = h("span", { class: "card-text" }, title, h("small", { dir: "auto" }, venue?.address || position));
  const props = { class: "card place", href: address, title: address, target: "_blank", rel: "noopener noreferrer" };
  return h("a", props, h("span", { class: "map", "aria-hidden": "true" }, icon("pin")), text);
}
