// For testers: limiter, fault switch, and the tail of the journal.

import { api } from "./api.js";
import { on } from "./bus.js";
import { button, byId, h } from "./dom.js";
import { clockSeconds, t } from "./language.js";
import { attempt } from "./toast.js";
import { chatTitle, fullName, userById, world } from "./world.js";

const KINDS = ["drop_after", "drop_before", "delay", "429", "403", "400", "502", "migrate"];
const METHODS = ["sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates", "sendDocument", "*"];
const KNOBS = ["per_second", "per_chat_per_second", "per_group_per_minute", "retry_after"];
const TAIL = 30;
const JOURNAL_WAIT_MS = 300;
let journal = [];
let timer = null;
let panel = null;

function draw() {
  const open = panel?.open ?? false;
  const parts = [h("h4", {}, t("limiter")), drawLimits(), h("h4", {}, t("faults")), drawFaultForm(), h("ul", { class: "faults", id: "fault-list" }), h("h4", {}, t("journal")), h("ol", { class: "journal", id: "journal", dir: "ltr" })];
  panel = h("details", { class: "testers", "data-testid": "testers", open }, h("summary", {}, t("testers")), ...parts);
  panel.addEventListener("toggle", () => panel.open && fetchJournal());
  byId("testers").replaceChildren(panel);
  drawFaults();
  drawJournal();
}

function numberField(name, value, attributes = {}) {
  const input = h("input", { type: "number", name, min: "0", step: "any", value, ...attributes });
  return h("label", { class: "knob" }, h("span", {}, t(name)), input);
}

function drawLimits() {
  const limits = world.limits ?? {};
  const on = h("label", { class: "switch" }, h("input", { type: "checkbox", name: "enabled", checked: Boolean(limits.enabled) }), t("enabled"));
  const knobs = KNOBS.map((name) => numberField(name, limits[name] ?? ""));
  const apply = h("button", { type: "submit" }, t("apply"));
  return h("form", { class: "knobs", on: { submit: setLimits } }, on, ...knobs, apply);
}

function setLimits(event) {
  event.preventDefault();
  const values = new FormData(event.target);
  const knobs = KNOBS.filter((name) => values.get(name) !== "").map((name) => [name, Number(values.get(name))]);
  attempt(() => api.setLimits({ enabled: values.has("enabled"), ...Object.fromEntries(knobs) }));
}

const options = (values) => values.map((value) => h("option", { value }, value === "*" ? t("any") : value));

function drawFaultForm() {
  const chats = world.chats.map((chat) => h("option", { value: chat.id }, nameOf(chat)));
  const select = (name, ...children) => h("label", { class: "knob" }, h("span", {}, t(name)), h("select", { name }, ...children));
  const fields = [
    select("kind", ...options(KINDS)), select("method", ...options(METHODS)), select("chat", h("option", { value: "" }, t("any")), ...chats),
    numberField("times", 1, { step: "1", min: "1" }), numberField("seconds", 3), numberField("retry_after", 5, { step: "1" }),
  ];
  const clear = button({ on: { click: () => attempt(api.clearFaults) } }, t("clear-faults"));
  return h("form", { class: "knobs", on: { submit: addFault } }, ...fields, h("button", { type: "submit" }, t("add-fault")), clear);
}

const nameOf = (chat) => (chat.type === "private" ? fullName(userById(chat.id)) : chatTitle(chat));

function addFault(event) {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(event.target));
  const fault = { kind: values.kind, method: values.method, times: Number(values.times) };
  if (values.chat) fault.chat_id = Number(values.chat);
  if (fault.kind === "delay") fault.seconds = Number(values.seconds);
  if (fault.kind === "429") fault.retry_after = Number(values.retry_after);
  attempt(() => api.addFault(fault));
}

function drawFaults() {
  const items = world.faults.map((fault) => h("li", {}, [fault.kind, fault.method, fault.chat_id, `× ${fault.times}`].filter(Boolean).join(" · ")));
  byId("fault-list").replaceChildren(...(items.length ? items : [h("li", { class: "hint" }, t("no-faults"))]));
}

async function fetchJournal() {
  const after = journal.at(-1)?.seq ?? 0;
  const lines = await api.journal(after).catch(() => []);
  journal = [...journal, ...lines].slice(-TAIL);
  drawJournal();
}

function drawJournal() {
  const items = journal.toReversed().map((line) => {
    const where = [`#${line.seq}`, clockSeconds(line.time), line.method, line.chat_id].join(" · ");
    return h("li", {}, h("span", { class: "journal-where" }, line.silent ? `${where} · 🔕` : where), h("span", { dir: "auto" }, (line.text ?? "").slice(0, 90)));
  });
  byId("journal").replaceChildren(...(items.length ? items : [h("li", { class: "hint", dir: "auto" }, t("journal-empty"))]));
}

function journalSoon() {
  if (!panel?.open) return;
  clearTimeout(timer);
  timer = setTimeout(fetchJournal, JOURNAL_WAIT_MS);
}

/** A restarted sandbox counts from 1 again. */
export function forgetJournal() {
  journal = [];
  journalSoon();
}

export function startTesters() {
  on("world language limits", draw);
  on("faults", drawFaults);
  on("messages", journalSoon);
}
