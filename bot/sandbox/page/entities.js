// Text plus Telegram entities -> nodes. Offsets count UTF-16 units, which is how JavaScript counts too.

import { button, directionOf, h } from "./dom.js";
import { t } from "./language.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);
const PLAIN_TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };
const MARKED = new Set(["mention", "text_mention", "hashtag", "cashtag", "custom_emoji", "bank_card_number"]);

/**
 * @param {string} text
 * @param {{type: string, offset: number, length: number, url?: string, language?: string}[]} entities
 * @param {{command(text: string): void, copy(text: string): void}} actions what a tap on a part does
 * @returns {DocumentFragment} one block per line, each with its own direction
 */
export function drawText(text, entities, actions) {
  const spans = (entities ?? [])
    .map((entity) => ({ ...entity, start: entity.offset, end: entity.offset + entity.length }))
    .filter((span) => span.start >= 0 && span.length > 0 && span.end <= text.length);
  const out = document.createDocumentFragment();
  out.append(...drawBlocks(text, 0, text.length, spans, actions));
  return out;
}

function drawBlocks(text, start, end, spans, actions) {
  const blocks = spans.filter((span) => BLOCKS.has(span.type)).sort(outermostFirst);
  const nodes = [];
  let at = start;
  for (const block of blocks) {
    if (block.start < at || block.end > end) continue; // inside one already drawn, or crossing it
    nodes.push(...drawLines(text, at, trimBefore(text, at, block.start), spans, actions));
    nodes.push(drawBlock(text, block, spans, actions));
    at = text[block.end] === "\n" ? block.end + 1 : block.end;
  }
  nodes.push(...drawLines(text, at, end, spans, actions));
  return nodes;
}

// A block stands on its own line, so the newline that leads to it would draw an empty one.
const trimBefore = (text, from, to) => (to > from && text[to - 1] === "\n" ? to - 1 : to);
const outermostFirst = (a, b) => a.start - b.start || b.end - a.end;

function drawBlock(text, block, spans, actions) {
  if (block.type === "pre") return drawPre(text.slice(block.start, block.end), block, actions);
  const end = trimBefore(text, block.start, block.end);
  const inner = spans.filter((span) => span !== block && span.start >= block.start && span.end <= block.end);
  const quote = h("blockquote", { class: "quote", dir: directionOf(text.slice(block.start, end)) ?? "auto" });
  const body = h("div", { class: "quote-body" }, ...drawBlocks(text, block.start, end, inner, actions));
  quote.append(body);
  if (block.type === "expandable_blockquote") makeExpandable(quote);
  return quote;
}

function makeExpandable(quote) {
  const toggle = button({ class: "quote-toggle", "aria-expanded": "false" }, t("expand"));
  const flip = () => {
    const open = quote.classList.toggle("is-open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = t(open ? "collapse" : "expand");
  };
  quote.classList.add("is-expandable");
  quote.append(toggle);
  quote.addEventListener("click", (event) => {
    if (event.target === toggle || !event.target.closest("a, button, .spoiler")) flip();
  });
}

function drawPre(code, block, actions) {
  const copy = () => actions.copy(code);
  const label = block.language ? h("span", { class: "pre-language" }, block.language) : null;
  return h("div", { class: "pre", on: { click: copy } }, label, h("pre", {}, h("code", { dir: "auto" }, code)));
}

function drawLines(text, start, end, spans, actions) {
  if (start >= end) return [];
  const lines = [];
  let at = start;
  for (const line of text.slice(start, end).split("\n")) {
    lines.push(drawLine(text, at, at + line.length, spans, actions));
    at += line.length + 1;
  }
  return lines;
}

function drawLine(text, start, end, spans, actions) {
  // A line of emoji or digits only has no direction of its own: it goes with the bubble.
  const line = h("div", { class: "line", dir: directionOf(text.slice(start, end)) ? "auto" : null });
  const inner = spans.filter((span) => !BLOCKS.has(span.type)).map((span) => clip(span, start, end)).filter(Boolean);
  line.append(...(start === end ? [h("br")] : drawInline(text, start, end, inner.sort(outermostFirst), actions)));
  return line;
}

function clip(span, start, end) {
  const from = Math.max(span.start, start);
  const to = Math.min(span.end, end);
  return from < to ? { ...span, start: from, end: to, whole: span.whole ?? span } : null;
}

function drawInline(text, start, end, spans, actions) {
  const nodes = [];
  let at = start;
  const queue = [...spans];
  while (queue.length) {
    const span = queue.shift();
    if (span.start > at) nodes.push(text.slice(at, span.start));
    const inside = queue.filter((other) => other.start < span.end);
    const after = queue.filter((other) => other.start >= span.end);
    const rest = inside.map((other) => clip(other, span.end, end)).filter(Boolean);
    const children = inside.map((other) => clip(other, span.start, span.end)).filter(Boolean);
    nodes.push(wrap(text, span, drawInline(text, span.start, span.end, children, actions), actions));
    queue.splice(0, queue.length, ...[...after, ...rest].sort(outermostFirst));
    at = span.end;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

// Isolation of commands and addresses is left to the style sheet: an element with a dir of its own
// would no longer count when the browser works out the direction of its line.
function wrap(text, span, children, actions) {
  const shown = text.slice(span.whole.start, span.whole.end);
  if (span.type in PLAIN_TAGS) return h(PLAIN_TAGS[span.type], {}, ...children);
  if (span.type === "code") return h("code", { class: "mono", on: { click: () => actions.copy(shown) } }, ...children);
  if (span.type === "spoiler") return drawSpoiler(children);
  if (span.type === "bot_command") {
    return button({ class: "command-link", on: { click: () => actions.command(shown) } }, ...children);
  }
  if (MARKED.has(span.type)) return h("span", { class: "marked" }, ...children);
  const address = addressOf(span, shown);
  return address ? drawLink(address, span.type === "text_link" ? null : "plain-link", children, actions) : h("span", { title: span.url }, ...children);
}

function addressOf(span, shown) {
  if (span.type === "text_link") return span.url;
  if (span.type === "url") return /^[a-z][a-z0-9+.-]*:/i.test(shown) ? shown : `http://${shown}`;
  if (span.type === "email") return `mailto:${shown}`;
  return span.type === "phone_number" ? `tel:${shown}` : null;
}

/** True for addresses that may be opened; javascript: and data: never are. */
export function isOpenable(address) {
  return URL.canParse(address) && SCHEMES.has(new URL(address).protocol);
}

function drawLink(address, kind, children, actions) {
  if (!isOpenable(address)) return h("span", { title: address }, ...children);
  const follow = (event) => actions.follow?.(address) && event.preventDefault();
  const props = { href: address, class: kind, title: address, target: "_blank", rel: "noopener noreferrer", on: { click: follow } };
  return h("a", props, ...children);
}

function drawSpoiler(children) {
  const reveal = (event) => {
    const scope = event.currentTarget.closest(".bubble-text") ?? event.currentTarget.parentNode;
    for (const spoiler of scope.querySelectorAll(".spoiler")) show(spoiler);
  };
  const onKey = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), reveal(event));
  const props = { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler"), on: { click: reveal, keydown: onKey } };
  return h("span", props, ...children);
}

function show(spoiler) {
  spoiler.classList.add("is-shown");
  for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
}
