// The newsroom: write a report, publish it, watch it travel to the chats.

import { api } from "./api.js";
import { emit, on } from "./bus.js";
import { button, byId, h } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { clockSeconds, t } from "./language.js";
import { chosen, openChat } from "./route.js";
import { jumpTo } from "./actions.js";
import { attempt } from "./toast.js";
import { trailOf } from "./trail.js";
import { chatById, chatTitle, fullName, isMember, userById } from "./world.js";

const LANGUAGES = { ar: "العربية", en: "English", fa: "فارسی", he: "עברית", tr: "Türkçe", ru: "Русский" };
let entries = [];
const form = { title: null, text: null, lang: null };

/** Fetch what is published and which seeds there are; part of every resync. */
export async function loadNewsroom() {
  entries = await api.entries();
  drawEntries();
  drawSeeds(await api.seeds());
}

function drawFrame() {
  const kept = { title: form.title?.value ?? "", text: form.text?.value ?? "", lang: form.lang?.value ?? "" };
  form.title = h("input", { id: "news-title", "data-testid": "newsroom-title", dir: "auto", required: true, maxlength: "300", autocomplete: "off" });
  form.text = h("textarea", { id: "news-text", "data-testid": "newsroom-text", dir: "auto", rows: "5" });
  const languages = Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code }, name));
  form.lang = h("select", { id: "news-lang" }, h("option", { value: "" }, t("auto")), ...languages);
  for (const name of Object.keys(kept)) form[name].value = kept[name];
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "newsroom-publish" }, t("publish"));
  const language = h("label", { class: "inline-field", for: "news-lang" }, t("news-language"), form.lang);
  const fields = [field("news-title", "headline", form.title), field("news-text", "text", form.text), h("div", { class: "form-row" }, language, submit)];
  const examples = h("div", { class: "examples", role: "group", "aria-label": t("examples") }, ...EXAMPLES.map(exampleButton));
  const feed = h("a", { href: "/newsroom/feed.xml", target: "_blank", rel: "noopener" }, t("feed-link"));
  const heading = h("h3", {}, t("published-list"), feed);
  byId("newsroom").replaceChildren(
    h("p", { class: "hint" }, t("newsroom-intro")), examples, h("form", { class: "news-form", on: { submit: publish } }, ...fields),
    heading, h("ul", { class: "entries", id: "entries" }),
  );
  drawEntries();
}

const field = (id, key, control) => h("label", { class: "field", for: id }, h("span", {}, t(key)), control);

function exampleButton(example) {
  const fill = () => {
    for (const name of ["title", "text", "lang"]) form[name].value = example[name];
    document.querySelector("[data-testid=newsroom-publish]").focus();
  };
  return button({ class: "chip", "data-testid": `example-${example.key}`, on: { click: fill } }, t(`example-${example.key}`));
}

async function publish(event) {
  event.preventDefault();
  const entry = { title: form.title.value.trim(), text: form.text.value.trim() };
  if (form.lang.value) entry.lang = form.lang.value;
  if (!entry.title) return;
  // Emptied before the answer comes: the next report may be typed meanwhile and must stay.
  const written = [form.title.value, form.text.value];
  [form.title.value, form.text.value] = ["", ""];
  const done = await attempt(() => api.publish(entry));
  if (done) take({ entry: done.entry });
  else if (!form.title.value && !form.text.value) [form.title.value, form.text.value] = written;
}

/** The event may come before or after the answer to our own publishing. */
function take({ entry }) {
  if (!entries.some((known) => known.id === entry.id)) entries = [entry, ...entries];
  drawEntries();
}

function drawEntries() {
  const list = byId("entries");
  if (!list) return;
  const items = entries.map(drawEntry);
  list.replaceChildren(...(items.length ? items : [h("li", { class: "hint" }, t("nothing-published"))]));
}

function drawEntry(entry) {
  const title = h("h4", { dir: "auto" }, entry.title);
  const text = entry.text ? h("p", { class: "entry-text", dir: "auto" }, entry.text) : null;
  return h("li", { class: "entry", "data-testid": "newsroom-item", "data-id": entry.id }, title, text, h("ol", { class: "trail" }, ...drawTrail(entry)));
}

function drawTrail(entry) {
  const trail = trailOf(entry);
  const step = (state, ...words) => h("li", { class: `step is-${state}` }, h("span", { class: "step-text" }, ...words));
  const steps = [step("done", t("published"), time(trail.published))];
  if (trail.polled) steps.push(step("done", t("polled"), time(trail.polled)));
  else if (!trail.alerts.length) steps.push(step("waiting", t("waiting-poll")));
  if (trail.alerts.length) steps.push(step("alert", ...alertWords(trail.alerts)));
  else if (trail.polled) steps.push(step(trail.silent ? "none" : "waiting", t(trail.silent ? "no-alert" : "looking")));
  return steps;
}

const time = (seconds) => (seconds ? h("time", { dir: "ltr" }, clockSeconds(seconds)) : "");

function alertWords(alerts) {
  const first = alerts.find(({ chat }) => isMember(chatById(chat) ?? {}, chosen.user)) ?? alerts[0];
  const show = () => {
    openChat(first.chat);
    setTimeout(() => jumpTo(first.chat, first.id), 80);
  };
  const target = chatById(first.chat);
  const name = target?.type === "private" ? fullName(userById(first.chat)) : chatTitle(target);
  const reachable = target && isMember(target, chosen.user);
  const words = t("alert-in", { chat: `\u2068${name}\u2069` });
  const link = reachable ? button({ class: "trail-link", on: { click: show } }, words) : h("span", {}, words);
  const more = alerts.length > 1 ? h("small", {}, t("more-chats", { n: alerts.length - 1 })) : "";
  return [link, time(first.at), more];
}

function drawSeeds(seeds) {
  const items = seeds.map((seed) => h("li", { title: seed.name }, h("bdi", { class: "seed-title" }, seed.title || seed.name), h("small", { dir: "ltr" }, seed.name)));
  const list = h("ul", { class: "seeds", "data-testid": "seeds-list" }, ...(items.length ? items : [h("li", { class: "hint" }, t("no-seeds"))]));
  byId("seeds").replaceChildren(h("h3", {}, t("seeds"), h("span", { class: "count" }, String(seeds.length))), list);
}

export function startNewsroom() {
  on("language", () => {
    drawFrame();
    loadNewsroom().catch(() => undefined); // not connected yet: the first sync fetches it
  });
  on("newsroom", take);
  on("polled messages world selection", drawEntries);
  drawFrame();
  setInterval(() => emit("polled"), 5000); // "the bot is reading" turns into "no alert" by time alone
}
