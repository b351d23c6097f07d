// Builds nodes. Text only ever enters as text nodes; nothing in this page parses HTML.

/** h("button", {class: "x", "aria-label": "Y", on: {click}}, child, "text") -> HTMLElement */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** A push button that never submits a form. */
export function button(props, ...children) {
  return h("button", { type: "button", ...props }, ...children);
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** True for readers who asked for little motion; scripts must ask, style sheets cannot tell them. */
export const isCalm = () => calm.matches;

export const byId = (id) => document.getElementById(id);

const RTL = /[\u0590-\u08ff\u200f\u061c\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const STRONG = /[\p{L}\u200e\u200f\u061c]/u;

/** "rtl" or "ltr" by the first strong character, null when there is none. */
export function directionOf(text) {
  const first = STRONG.exec(text);
  return first && (RTL.test(first[0]) ? "rtl" : "ltr");
}
