// One event stream, kept alive. After every (re)connect the page fetches everything anew, so that
// nothing that happened in a gap is missed; events that arrive meanwhile wait their turn.

import { ApiError } from "./api.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5000;

/**
 * @param {{sync: () => Promise<void>, event: (event: object) => void, link: (up: boolean) => void}} parts
 */
export function connect({ sync, event, link }) {
  let wait = FIRST_WAIT_MS;

  function open() {
    const source = new EventSource("/_sandbox/events");
    let waiting = [];
    let ended = false;

    async function ready() {
      try {
        await sync();
      } catch (error) {
        if (!(error instanceof ApiError)) console.error(error); // ours, not the network's
        fail();
        return;
      }
      if (ended) return;
      const held = waiting;
      waiting = null;
      held.forEach(event);
      wait = FIRST_WAIT_MS;
      link(true);
    }

    function fail() {
      if (ended) return;
      ended = true;
      source.close();
      link(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }

    source.onopen = ready;
    source.onerror = fail;
    source.onmessage = ({ data }) => {
      const parsed = JSON.parse(data);
      if (waiting) waiting.push(parsed);
      else event(parsed);
    };
  }

  open();
}
