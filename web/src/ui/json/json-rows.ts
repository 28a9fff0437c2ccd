/** A JSON value as the rows of a tree: what is open, what matches a search, what is folded. Pure. */

export type Path = readonly (string | number)[];

export type JsonRow =
  | {
      readonly kind: "value";
      readonly id: string;
      readonly path: Path;
      readonly depth: number;
      readonly label: string | null;
      readonly value: unknown;
      /** What it is: containers can be opened, a blob is stored apart. */
      readonly form: "object" | "array" | "string" | "number" | "boolean" | "null" | "blob";
      readonly size: number;
      readonly open: boolean;
      readonly matches: boolean;
    }
  | {
      readonly kind: "more";
      readonly id: string;
      readonly path: Path;
      readonly depth: number;
      readonly hidden: number;
    };

export interface JsonView {
  /** Ids of containers that were opened or closed by hand; the others are open down to `openDepth`. */
  readonly toggled: ReadonlySet<string>;
  readonly openDepth: number;
  readonly query: string;
  /** How many children of a container show, by its id; else `CHILDREN_SHOWN`. */
  readonly shown: ReadonlyMap<string, number>;
}

export interface JsonRows {
  readonly rows: readonly JsonRow[];
  readonly matches: number;
  /** True when the value is too large to be searched or shown whole. */
  readonly cut: boolean;
}

export const CHILDREN_SHOWN = 100;
const ROWS_MAX = 5000;
const NODES_MAX = 200_000;

/** The rows to show. A search shows matches (keys and scalars) and what leads to them, whatever is folded. */
export function jsonRows(value: unknown, view: JsonView): JsonRows {
  const query = view.query.trim().toLowerCase();
  const found = query === "" ? null : search(value, query);
  const rows: JsonRow[] = [];
  let cut = found?.cut ?? false;

  const visit = (node: unknown, path: Path, label: string | null): void => {
    if (rows.length >= ROWS_MAX) {
      cut = true;
      return;
    }
    const id = pathId(path);
    const form = formOf(node);
    const children = childrenOf(node, form);
    const opened = found ? found.leading.has(id) : path.length < view.openDepth !== view.toggled.has(id);
    const open = children.length > 0 && opened;
    const matches = found?.matching.has(id) ?? false;
    rows.push({
      kind: "value",
      id,
      path,
      depth: path.length,
      label,
      value: node,
      form,
      size: sizeOf(node, form),
      open,
      matches,
    });
    if (!open) return;
    const kept = found ? children.filter(([key]) => found.kept.has(pathId([...path, key]))) : children;
    const limit = view.shown.get(id) ?? CHILDREN_SHOWN;
    for (const [key, child] of kept.slice(0, limit)) visit(child, [...path, key], String(key));
    if (kept.length > limit) {
      rows.push({ kind: "more", id: `${id}/…`, path, depth: path.length + 1, hidden: kept.length - limit });
    }
  };

  visit(value, [], null);
  return { rows, matches: found?.matching.size ?? 0, cut };
}

/** The path as one writes it in an expression: `steps.charge.output.items[0]["a b"]`. */
export function pathText(root: string, path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return /^[A-Za-z_$][\w$]*$/.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`;
  }, root);
}

/** A key for a path; JSON pointer of RFC 6901, so that no two paths share one. */
export function pathId(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

type Form = Extract<JsonRow, { kind: "value" }>["form"];

function formOf(node: unknown): Form {
  if (node === null || node === undefined) return "null";
  if (Array.isArray(node)) return "array";
  if (typeof node === "object") return isBlob(node) ? "blob" : "object";
  if (typeof node === "string") return "string";
  return typeof node === "number" ? "number" : "boolean";
}

/** A value that is kept apart because of its size; `bytes` is all that the page shows of it. */
function isBlob(node: object): node is { $blob: string; bytes: number } {
  return "$blob" in node && "bytes" in node && typeof node.bytes === "number";
}

function childrenOf(node: unknown, form: Form): [string | number, unknown][] {
  if (form === "array" && Array.isArray(node)) return node.map((child: unknown, index) => [index, child]);
  if (form === "object" && typeof node === "object" && node !== null) return Object.entries(node);
  return [];
}

function sizeOf(node: unknown, form: Form): number {
  if (form === "string" && typeof node === "string") return node.length;
  if (form === "blob" && typeof node === "object" && node !== null && isBlob(node)) return node.bytes;
  return childrenOf(node, form).length;
}

interface Found {
  readonly matching: ReadonlySet<string>;
  /** Containers above a match: open. */
  readonly leading: ReadonlySet<string>;
  /** All that stays visible: matches, what leads to them, and what a matching container holds. */
  readonly kept: ReadonlySet<string>;
  readonly cut: boolean;
}

function search(value: unknown, query: string): Found {
  const matching = new Set<string>();
  const leading = new Set<string>();
  const kept = new Set<string>();
  let nodes = 0;
  const visit = (node: unknown, path: Path): boolean => {
    nodes += 1;
    if (nodes > NODES_MAX) return false;
    const form = formOf(node);
    const last = path.at(-1);
    const scalar = form === "object" || form === "array" || form === "blob" ? "" : String(node);
    const own =
      (typeof last === "string" && last.toLowerCase().includes(query)) || scalar.toLowerCase().includes(query);
    let below = false;
    for (const [key, child] of childrenOf(node, form)) below = visit(child, [...path, key]) || below;
    const id = pathId(path);
    if (own) matching.add(id);
    if (below) leading.add(id);
    if (own || below) kept.add(id);
    return own || below;
  };
  visit(value, []);
  return { matching, leading, kept, cut: nodes > NODES_MAX };
}
