// Chat actions ("typing…") with their end: by time, or by the bot's message.

import { emit, on } from "./bus.js";
import { isFromBot } from "./world.js";

const DEFAULT_S = 5;
const running = new Map(); // chat -> {timer, action, thread}

export const typingIn = (chat) => running.get(chat) ?? null;

function begin({ chat_id: chat, message_thread_id: thread = null, action, for_s: seconds = DEFAULT_S }) {
  clearTimeout(running.get(chat)?.timer);
  running.set(chat, { action, thread, timer: setTimeout(() => end(chat), seconds * 1000) });
  emit("typing", { chat });
}

function end(chat) {
  clearTimeout(running.get(chat)?.timer);
  if (running.delete(chat)) emit("typing", { chat });
}

export function startTyping() {
  on("action", begin);
  on("messages", ({ chat, message, kind }) => kind === "message" && isFromBot(message) && end(chat));
}
