// One small pop-up menu at a time, with arrow keys, Esc, and focus given back where it came from.

import { button, h } from "./dom.js";
import { icon } from "./icons.js";

let open = null;

/**
 * @param {{x: number, y: number}} at where, in viewport pixels
 * @param {{icon: string, text: string, danger?: boolean, run(): void}[]} items
 * @param {{label: string, head?: HTMLElement}} options `head` stands over the items (reactions)
 */
export function openMenu(at, items, { label, head = null }) {
  closeMenu();
  const entries = items.map((item) =>
    button({ class: item.danger ? "menu-item is-danger" : "menu-item", role: "menuitem", on: { click: () => choose(item) } }, icon(item.icon), item.text),
  );
  head?.addEventListener("click", closeMenu);
  const node = h("div", { class: "menu", role: "menu", "aria-label": label, on: { keydown: onKey } }, head, ...entries);
  open = { node, back: document.activeElement };
  document.body.append(node);
  place(node, at);
  node.querySelector("button")?.focus({ preventScroll: true });
  setTimeout(() => addEventListener("pointerdown", onOutside), 0);
}

function place(node, { x, y }) {
  const { width, height } = node.getBoundingClientRect();
  node.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  node.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

function choose(item) {
  closeMenu();
  item.run();
}

/** Close the menu if one is open; true when there was one. */
export function closeMenu() {
  if (!open) return false;
  const { node, back } = open;
  open = null;
  node.remove();
  removeEventListener("pointerdown", onOutside);
  back?.focus?.({ preventScroll: true });
  return true;
}

function onOutside(event) {
  if (open && !open.node.contains(event.target)) closeMenu();
}

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

function onKey(event) {
  if (event.key === "Escape" || event.key === "Tab") {
    closeMenu();
  } else if (event.key in STEPS) {
    const buttons = [...open.node.querySelectorAll("button")];
    const next = buttons.indexOf(document.activeElement) + STEPS[event.key];
    buttons.at(next % buttons.length).focus();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Where a menu for this element should open. */
export function under(element) {
  const box = element.getBoundingClientRect();
  return { x: box.left, y: box.bottom + 4 };
}
