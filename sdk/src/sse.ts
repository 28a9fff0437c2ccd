/** Reading `text/event-stream` (WHATWG HTML, section 9.2.6), pure and in bounded memory. */

interface ServerSentEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

export interface SseParser {
  /** The events that this piece of text completes, in order. Throws `RangeError` when one event exceeds `charsMax`. */
  push(text: string): ServerSentEvent[];
  /** What the stream's last `retry:` field asked for, or null. */
  readonly retryMs: number | null;
}

/** A parser of one stream; what an unfinished event had gathered when the stream ends is dropped, as the rule says. */
export function createSseParser(charsMax: number): SseParser {
  let rest = "";
  let started = false;
  let data: string[] = [];
  let event = "";
  let id: string | null = null;
  let size = 0;
  let retryMs: number | null = null;

  const field = (line: string): void => {
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^\d{1,9}$/.test(value)) retryMs = Number(value);
  };

  const dispatch = (): ServerSentEvent | null => {
    const done = data.length === 0 ? null : { id, event: event === "" ? "message" : event, data: data.join("\n") };
    data = [];
    event = "";
    size = 0;
    return done;
  };

  return {
    get retryMs() {
      return retryMs;
    },
    push(text) {
      rest += started ? text : text.replace(/^\uFEFF/, "");
      started ||= text !== "";
      const events: ServerSentEvent[] = [];
      // A lone CR at the end may be the first half of CRLF: it stays until the next piece tells.
      const lines = /([^\r\n]*)(?:\r\n|\n|\r(?!$))/y;
      let end = 0;
      for (let match = lines.exec(rest); match !== null; match = lines.exec(rest)) {
        end = lines.lastIndex;
        const line = match[1] ?? "";
        size += line.length;
        if (size > charsMax) throw new RangeError(`an event of the stream is longer than ${charsMax} characters`);
        const done = line === "" ? dispatch() : field(line);
        if (done) events.push(done);
      }
      rest = rest.slice(end);
      if (size + rest.length > charsMax) {
        throw new RangeError(`an event of the stream is longer than ${charsMax} characters`);
      }
      return events;
    },
  };
}
