/**
 * What can be told of a statement by its words alone, for messages at publish and to know what may be repeated. It is no
 * boundary: that is the database's own role, its limits, and a transaction that is read only.
 */

export type Judged =
  | { readonly ok: true; readonly mode: "read" | "write" }
  | { readonly ok: false; readonly message: string };

const READS: ReadonlySet<string> = new Set(["select", "values", "table", "explain", "with"]);
const WRITES: ReadonlySet<string> = new Set([
  "insert",
  "update",
  "delete",
  "merge",
  "create",
  "alter",
  "drop",
  "truncate",
  "comment",
  "refresh",
  "analyze",
]);
const CHANGES: ReadonlySet<string> = new Set(["insert", "update", "delete", "merge"]);

/** How a statement is run unless its step says otherwise, or why it is none that a step may run. */
export function judgeStatement(sql: string): Judged {
  const { words, several, open } = wordsOf(sql);
  const [first] = words;
  if (open !== null) return refused(`${open} in it doesn't end`);
  if (first === undefined) return refused("there is no statement in it");
  if (several) return refused("it holds several statements: give each a step of its own");
  if (WRITES.has(first)) return { ok: true, mode: "write" };
  if (!READS.has(first))
    return refused(`it begins with ${first.toUpperCase()}: a step runs ${[...READS, ...WRITES].join(", ")}`);
  const writes = (first === "with" || first === "explain") && words.some((word) => CHANGES.has(word));
  return { ok: true, mode: writes ? "write" : "read" };
}

const DELETES: ReadonlySet<string> = new Set(["delete", "truncate", "drop"]);

/** The same, with what deletes told apart from what else changes. */
export function classOfStatement(
  sql: string,
): { readonly ok: true; readonly class: "read" | "write" | "delete" } | Extract<Judged, { readonly ok: false }> {
  const judged = judgeStatement(sql);
  if (!judged.ok) return judged;
  if (judged.mode === "read") return { ok: true, class: "read" };
  return { ok: true, class: wordsOf(sql).words.some((word) => DELETES.has(word)) ? "delete" : "write" };
}

function refused(message: string): Judged {
  return { ok: false, message };
}

interface Words {
  /** Outside of texts, comments and quoted names, in lower case. */
  readonly words: readonly string[];
  /** Whether anything follows a semicolon. */
  readonly several: boolean;
  /** What was begun and not ended. */
  readonly open: string | null;
}

/** In order: what a statement's text is made of (PostgreSQL documentation, "Lexical Structure"). */
const TOKENS: readonly (readonly [kind: "blank" | "word" | "end" | "other", pattern: RegExp])[] = [
  ["blank", /\s+/y],
  ["blank", /--[^\r\n]*/y],
  ["other", /[eE]'(?:[^'\\]|\\[^]|'')*'/y],
  ["other", /'(?:[^']|'')*'/y],
  ["other", /"(?:[^"]|"")*"/y],
  ["other", /\$\d+/y],
  ["word", /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ["end", /;/y],
];

function wordsOf(sql: string): Words {
  const words: string[] = [];
  let ended = false;
  let several = false;
  for (let at = 0; at < sql.length;) {
    const block = blockAt(sql, at);
    if (block === null) return { words, several, open: "a comment or a quoted text" };
    const [kind, length] = block ?? tokenAt(sql, at);
    if (kind === "other" && length === 0) return { words, several, open: "a quoted text" };
    if (kind === "word") words.push(sql.slice(at, at + length).toLowerCase());
    if (ended && (kind === "word" || kind === "other")) several = true;
    if (kind === "end") ended = true;
    at += length;
  }
  return { words, several, open: null };
}

/** Comments in blocks, which nest, and texts in dollars; undefined when there is none here, null when it doesn't end. */
function blockAt(sql: string, at: number): readonly ["blank" | "other", number] | undefined | null {
  if (sql.startsWith("/*", at)) {
    let depth = 0;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = at;
    for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
      depth += mark[0] === "/*" ? 1 : -1;
      if (depth === 0) return ["blank", marks.lastIndex - at];
    }
    return null;
  }
  const tag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
  tag.lastIndex = at;
  const dollars = tag.exec(sql)?.[0];
  if (dollars === undefined) return undefined;
  const end = sql.indexOf(dollars, at + dollars.length);
  return end < 0 ? null : ["other", end + dollars.length - at];
}

function tokenAt(sql: string, at: number): readonly ["blank" | "word" | "end" | "other", number] {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const length = pattern.exec(sql)?.[0].length ?? 0;
    if (length > 0) return [kind, length];
  }
  return ["other", sql[at] === "'" || sql[at] === '"' ? 0 : 1];
}
