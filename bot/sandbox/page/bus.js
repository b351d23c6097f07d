// Who wants to know what: the parts of the page speak through named topics.
//
// world · selection · messages {chat, message?, kind} · typing {chat} · link {up} · language · newsroom · polled ·
// answer (callback answer) · faults · limits

const listeners = new Map();

export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, []);
    listeners.get(topic).push(listener);
  }
}

export function emit(topic, detail = {}) {
  for (const listener of listeners.get(topic) ?? []) listener(detail, topic);
}
