// The sandbox's control API. Every call rejects with an ApiError whose message can be shown.

/** The sandbox could not be reached or refused; the message says why. */
export class ApiError extends Error {}

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error) => {
    throw new ApiError(error.message);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.description || answer.error || `${response.status} ${response.statusText}`);
  return answer;
}

const query = (values) => new URLSearchParams(values).toString();

export const api = {
  state: () => call("GET", "/_sandbox/state"),
  messages: (chat) => call("GET", `/_sandbox/messages?${query({ chat })}`).then((a) => a.messages),
  commands: (user, chat) => call("GET", `/_sandbox/commands?${query({ user, chat })}`).then((a) => a.commands),
  send: (message) => call("POST", "/_sandbox/send", message),
  press: (press) => call("POST", "/_sandbox/press", press),
  react: (reaction) => call("POST", "/_sandbox/react", reaction),
  block: (user, blocked) => call("POST", "/_sandbox/block", { user, blocked }),
  member: (chat, status, by) => call("POST", "/_sandbox/member", { chat, status, by }),
  migrate: (chat) => call("POST", "/_sandbox/migrate", { chat }),
  setLimits: (limits) => call("POST", "/_sandbox/limits", limits),
  addFault: (fault) => call("POST", "/_sandbox/fault", fault),
  clearFaults: () => call("DELETE", "/_sandbox/fault"),
  journal: (after) => call("GET", `/_sandbox/journal?${query({ after })}`).then((a) => a.journal),
  publish: (entry) => call("POST", "/_sandbox/newsroom/publish", entry),
  entries: () => call("GET", "/_sandbox/newsroom/entries").then((a) => a.entries),
  seeds: () => call("GET", "/_sandbox/newsroom/seeds").then((a) => a.seeds),
};
