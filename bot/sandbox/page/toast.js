// Short notices over the chat, and the modal that `show_alert` asks for.

import { button, byId, h } from "./dom.js";
import { t } from "./language.js";

const SHOWN_MS = 4200;

export function showToast(text, kind = "plain") {
  const toast = h("div", { class: `toast toast-${kind}`, dir: "auto", "data-testid": "toast" }, text);
  const urgent = kind === "error";
  if (urgent) toast.setAttribute("role", "alert");
  byId("toasts").append(toast);
  setTimeout(() => toast.classList.add("is-leaving"), SHOWN_MS);
  setTimeout(() => toast.remove(), SHOWN_MS + 300);
}

export function showAlert(text) {
  const ok = button({ class: "primary", "data-testid": "alert-ok", on: { click: () => dialog.close() } }, t("ok"));
  const body = h("p", { dir: "auto", id: "alert-text" }, text);
  const dialog = h("dialog", { class: "alert", role: "alertdialog", "aria-describedby": "alert-text", "data-testid": "alert" }, body, ok);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  ok.focus();
}

/** Run a call to the sandbox; a failure becomes a notice instead of an error in the console. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    showToast(t("failed", { why: error.message }), "error");
    return null;
  }
}
