// Light and dark: the system decides until the button is pressed.

import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

const KEPT = "rasid.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
let wish = localStorage.getItem(KEPT);

const isDark = () => (wish ? wish === "dark" : system.matches);

function paint() {
  if (wish) document.documentElement.dataset.theme = wish;
  else delete document.documentElement.dataset.theme;
}

export function drawThemeToggle() {
  const toggle = byId("theme-toggle");
  const label = t(isDark() ? "theme-light" : "theme-dark");
  toggle.replaceChildren(icon(isDark() ? "sun" : "moon"));
  toggle.title = label;
  toggle.setAttribute("aria-label", label);
}

function flip() {
  wish = isDark() ? "light" : "dark";
  localStorage.setItem(KEPT, wish);
  paint();
  drawThemeToggle();
}

export function startTheme() {
  paint();
  byId("theme-toggle").addEventListener("click", flip);
  system.addEventListener("change", drawThemeToggle);
}
