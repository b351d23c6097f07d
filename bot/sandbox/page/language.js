// The page's own words in the chosen language. It follows the person being played until toggled.

import { emit } from "./bus.js";
import { WORDS } from "./words.js";

const KEPT = "rasid.language";
let person = "en";
let wish = localStorage.getItem(KEPT);

export const language = () => (wish in WORDS ? wish : person);

/** The words for `key`, with {name} replaced. */
export function t(key, values = {}) {
  const text = WORDS[language()][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

export function followPerson(code) {
  const next = code in WORDS ? code : "en";
  if (next === person) return;
  person = next;
  apply();
}

export function toggleLanguage() {
  wish = language() === "ar" ? "en" : "ar";
  if (wish === person) wish = null; // back to following the person
  if (wish) localStorage.setItem(KEPT, wish);
  else localStorage.removeItem(KEPT);
  apply();
}

/** Put the language into the page's fixed parts and tell the others. */
export function apply() {
  document.documentElement.lang = language();
  document.documentElement.dir = language() === "ar" ? "rtl" : "ltr";
  document.title = `${t("brand")} · ${t("sandbox")}`;
  for (const node of document.querySelectorAll("[data-i18n]")) node.textContent = t(node.dataset.i18n);
  for (const node of document.querySelectorAll("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.dataset.i18nLabel));
  }
  emit("language");
}

// Latin digits in both: times and counts then read the same beside the messages' own.
const format = (options) => (seconds) =>
  new Intl.DateTimeFormat(`${language()}-u-nu-latn`, options).format(new Date(seconds * 1000));

export const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const clockSeconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const fullTime = format({ dateStyle: "long", timeStyle: "medium" });
const longDay = format({ day: "numeric", month: "long", year: "numeric" });
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

export function dayName(seconds) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(seconds * 1000).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return t("today");
  return days === 1 ? t("yesterday") : longDay(seconds);
}
