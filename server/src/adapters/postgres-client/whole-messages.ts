/** Kind and length of a message; the length counts itself and not the kind. */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/**
 * What a server sends, as whole messages that can be read. The driver's own reader trusts what it reads: for the end of a
 * text it looks beyond the end of its message, and where there is none, for ever, which holds the whole process
 * (pg-protocol 1.15). The forms are those of the PostgreSQL documentation, "Message Formats".
 */
export class WholeMessages {
  #waiting: Buffer[] = [];
  #bytes = 0;
  #needed = HEADER_BYTES;

  /** What of all that came is whole by now. Throws at the first message that has no form of its kind. */
  take(piece: Buffer): Buffer {
    this.#waiting.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#needed) return NOTHING;
    const all = Buffer.concat(this.#waiting);
    let at = 0;
    this.#needed = HEADER_BYTES;
    while (all.length - at >= HEADER_BYTES) {
      const length = all.readInt32BE(at + 1);
      if (length < LENGTH_BYTES) throw unreadable();
      this.#needed = length + 1;
      if (all.length - at < this.#needed) break;
      const body = all.subarray(at + HEADER_BYTES, at + this.#needed);
      if (!isReadable(all[at] ?? 0, body)) throw unreadable();
      at += this.#needed;
      this.#needed = HEADER_BYTES;
    }
    const rest = all.subarray(at);
    this.#waiting = [rest];
    this.#bytes = rest.length;
    return all.subarray(0, at);
  }
}

function unreadable(): Error {
  return new Error("a message has no form of its kind");
}

/** Whether every text in it ends within it. Other kinds have none, or say how long they are. */
function isReadable(kind: number, body: Buffer): boolean {
  switch (String.fromCharCode(kind)) {
    case "C":
      return endOfTexts(body, 0, 1) !== null;
    case "S":
      return endOfTexts(body, 0, 2) !== null;
    case "A":
      return endOfTexts(body, 4, 2) !== null;
    case "E":
    case "N":
      return isFields(body);
    case "T":
      return isRowDescription(body);
    case "R":
      return isAuthentication(body);
    default:
      return true;
  }
}

/** Where so many texts end that begin here; null when they don't. */
function endOfTexts(body: Buffer, from: number, count: number): number | null {
  let at = from;
  for (let text = 0; text < count; text++) {
    const end = body.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  return at;
}

/** Texts, each with a letter before it, and at the end no letter. */
function isFields(body: Buffer): boolean {
  let at: number | null = 0;
  while (at !== null && at < body.length) {
    if (body[at] === 0) return true;
    at = endOfTexts(body, at + 1, 1);
  }
  return false;
}

/** Of a column beside its name. */
const COLUMN_BYTES = 18;

function isRowDescription(body: Buffer): boolean {
  if (body.length < 2) return false;
  let at = 2;
  for (let columns = body.readUInt16BE(0); columns > 0; columns--) {
    const end = endOfTexts(body, at, 1);
    if (end === null || end + COLUMN_BYTES > body.length) return false;
    at = end + COLUMN_BYTES;
  }
  return true;
}

const SASL = 10;

/** Of SASL the names of ways, the last one empty. */
function isAuthentication(body: Buffer): boolean {
  if (body.length < 4) return false;
  if (body.readInt32BE(0) !== SASL) return true;
  return body[4] === 0 || body.indexOf("\0\0", 4) >= 0;
}
