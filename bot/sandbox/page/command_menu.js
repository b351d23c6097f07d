// The list of the bot's commands over the message box: filtered while typing, ruled by the keyboard.

import { on } from "./bus.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { chosen } from "./route.js";
import { attempt } from "./toast.js";
import { commandsFor } from "./world.js";

export class CommandMenu {
  #list;
  #input;
  #choice;
  #found = [];
  #at = 0;

  /** @param {{run(name: string): void, fill(name: string): void}} choice Enter or click runs, Tab fills in */
  constructor(list, input, choice) {
    this.#list = list;
    this.#input = input;
    this.#choice = choice;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    on("commands", () => this.isOpen && this.follow());
    document.addEventListener("pointerdown", (event) => {
      if (this.isOpen && !list.parentNode.contains(event.target)) this.close();
    });
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** The "/" button: all commands, or none. */
  toggle() {
    if (this.isOpen) return this.close();
    this.#input.focus();
    return this.#show("");
  }

  /** Open, filter or close by what stands in the message box. */
  follow() {
    const typed = /^\/(\w*)$/.exec(this.#input.value);
    return typed ? this.#show(typed[1].toLowerCase()) : this.close();
  }

  async #show(start) {
    const commands = (await attempt(() => commandsFor(chosen.user, chosen.chat))) ?? [];
    this.#found = commands.filter(({ command }) => command.startsWith(start));
    this.#at = 0;
    this.#list.setAttribute("aria-label", t("commands"));
    this.#list.replaceChildren(...this.#found.map((command, at) => this.#option(command, at)));
    if (!this.#found.length) this.#list.append(h("p", { class: "hint" }, t("no-command")));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  #option({ command, description }, at) {
    const props = { class: "command", role: "option", id: `command-${at}`, "data-command": command };
    const pick = () => this.#run(at);
    const words = h("span", { class: "command-text", dir: "auto" }, description);
    return h("div", { ...props, on: { click: pick, pointermove: () => this.#move(at) } }, h("b", { dir: "ltr" }, `/${command}`), words);
  }

  #run(at) {
    const { command } = this.#found[at];
    this.close();
    this.#choice.run(command);
  }

  #move(at) {
    if (at === this.#at) return;
    this.#at = at;
    this.#mark();
  }

  #mark() {
    [...this.#list.querySelectorAll(".command")].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === this.#at));
      if (at === this.#at) option.scrollIntoView({ block: "nearest" });
    });
    if (this.#found.length) this.#input.setAttribute("aria-activedescendant", `command-${this.#at}`);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  /** True when the key was the menu's. */
  onKey(event) {
    if (!this.isOpen || event.altKey) return false;
    const count = this.#found.length;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Escape") this.close();
    else if (!count) return false;
    else if (event.key in moves) this.#move((this.#at + moves[event.key] + count) % count);
    else if (event.key === "Enter" && !event.shiftKey) this.#run(this.#at);
    else if (event.key === "Tab" && !event.shiftKey) this.#choice.fill(this.#found[this.#at].command);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
