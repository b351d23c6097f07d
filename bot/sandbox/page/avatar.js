// Round pictures from initials; the colour follows the id.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function initial(name) {
  const first = [...GRAPHEMES.segment(name.trim())][0];
  return first ? first.segment.toUpperCase() : "?";
}

/** A person's or chat's round picture; the bot's is the product's own mark. */
export function drawAvatar(id, name, kind = "person") {
  const props = { class: `avatar tint-${Math.abs(id) % 7} avatar-${kind}`, "aria-hidden": "true" };
  if (kind === "bot") return h("span", props, h("img", { src: "/page/icon.svg", alt: "", draggable: "false" }));
  return h("span", props, kind === "channel" || kind === "group" ? icon(kind) : initial(name));
}
