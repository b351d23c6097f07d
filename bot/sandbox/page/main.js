// Wires the parts together: the stream feeds the world, the world tells the parts.

import { emit, on } from "./bus.js";
import { setReply, startComposer } from "./composer.js";
import { button, byId, h } from "./dom.js";
import { connect } from "./events.js";
import { startHeader } from "./header.js";
import { icon } from "./icons.js";
import { apply, followPerson, t, toggleLanguage } from "./language.js";
import { startLog } from "./log.js";
import { closeMenu } from "./menu.js";
import { loadNewsroom, startNewsroom } from "./newsroom.js";
import { chosen, go, readAddress, watchAddress } from "./route.js";
import { startSidebar, stepChat } from "./sidebar.js";
import { forgetJournal, startTesters } from "./testers.js";
import { drawThemeToggle, startTheme } from "./theme.js";
import { startTrail } from "./trail.js";
import { startTyping } from "./typing.js";
import { chatById, load, take, userById } from "./world.js";

const PASSED_ON = { newsroom: "newsroom", newsroom_polled: "polled", callback_answer: "answer", action: "action" };

async function sync() {
  await load();
  readAddress();
  await loadNewsroom();
  forgetJournal();
}

function event(one) {
  take(one);
  if (one.type in PASSED_ON) emit(PASSED_ON[one.type], one);
}

function drawFixed() {
  const toggle = byId("lang-toggle");
  toggle.replaceChildren(h("span", { lang: t("language") === "English" ? "en" : "ar" }, t("language")));
  toggle.setAttribute("aria-label", t("language-label"));
  toggle.title = t("language-label");
  drawThemeToggle();
  byId("tools-close").replaceChildren(icon("close"));
  byId("tools-close").setAttribute("aria-label", t("close"));
  drawTabs();
}

/** On a phone the panes are screens; this is how to reach them. */
function drawTabs() {
  const tab = (view, name, label) => {
    const open = () => go({ view, chat: chosen.chat, thread: chosen.thread });
    return button({ class: "tab", "aria-current": chosen.view === view ? "page" : null, "data-testid": `tab-${view}`, on: { click: open } }, icon(name), t(label));
  };
  byId("tabs").replaceChildren(tab("list", "chats", "chats"), tab("newsroom", "news", "newsroom"));
}

function onSelection() {
  byId("app").dataset.view = chosen.view;
  followPerson(userById(chosen.user)?.language_code);
  drawTabs();
}

function onKey(event) {
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    stepChat(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && !closeMenu() && chosen.view === "newsroom") {
    go({ view: "chat" });
  }
}

function start() {
  on("selection", onSelection); // first: the parts measure themselves, so the right screen must be showing
  startTheme();
  startTyping();
  startTrail();
  startSidebar();
  startHeader();
  startLog(setReply);
  startComposer();
  startNewsroom();
  startTesters();
  watchAddress();
  on("world", () => chosen.user !== null && !chatById(chosen.chat) && readAddress()); // a chat may go
  on("language", drawFixed);
  byId("lang-toggle").addEventListener("click", toggleLanguage);
  byId("tools-close").addEventListener("click", () => go({ view: "chat" }));
  byId("skip").addEventListener("click", (click) => {
    click.preventDefault();
    byId("composer")?.focus();
  });
  addEventListener("keydown", onKey);
  apply();
  connect({ sync, event, link: (up) => (byId("link-lost").hidden = up) });
}

start();
