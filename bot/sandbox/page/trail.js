// How far a report has come: published -> polled -> alert. Times are seconds since 1970.

import { on } from "./bus.js";
import { allMessages, isFromBot } from "./world.js";

const SILENT_AFTER_S = 20;
const TITLE_KEY_LENGTH = 60; // an alert may cut a long headline
const polls = []; // when the feed was fetched and had changed

const plain = (text) => text.replace(/[\u200e\u200f\u061c\u2066-\u2069\u202a-\u202e]/g, "").replace(/\s+/g, " ").trim();
const seconds = (value) => (typeof value === "number" ? value : value ? Date.parse(value) / 1000 : null);

export function startTrail() {
  on("polled", ({ at, status }) => {
    if (status === 200) polls.push(seconds(at) ?? Date.now() / 1000);
  });
}

/** @returns {{published: number|null, polled: number|null, alerts: {chat: number, id: number, at: number}[], silent: boolean}} */
export function trailOf(entry) {
  const published = seconds(entry.published_at ?? entry.published ?? entry.at);
  const polled = polls.find((at) => published === null || at >= published) ?? null;
  const key = plain(entry.title).slice(0, TITLE_KEY_LENGTH);
  const alerts = allMessages()
    .filter((message) => isFromBot(message) && plain(message.text ?? message.caption ?? "").includes(key))
    .map((message) => ({ chat: message.chat.id, id: message.message_id, at: message.date }))
    .filter(({ at }) => published === null || at >= Math.floor(published)) // message dates are whole seconds
    .sort((a, b) => a.at - b.at);
  return { published, polled, alerts, silent: polled !== null && Date.now() / 1000 - polled > SILENT_AFTER_S };
}
