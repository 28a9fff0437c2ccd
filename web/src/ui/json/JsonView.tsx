import { useMemo, useState } from "react";
import { say } from "../../language.ts";
import { visibleJson } from "../../visible.ts";
import { bytesWords } from "../../words.ts";
import { classes } from "../classes.ts";
import { CopyButton } from "../Copy.tsx";
import { CHILDREN_SHOWN, type JsonRow, jsonRows } from "./json-rows.ts";
import { JsonRowView } from "./JsonRowView.tsx";

const RAW_CHARS_MAX = 200_000;
/** A value that shows whole in fewer rows needs no search. */
const SEARCH_ROWS_MIN = 12;

/** A JSON value to read: a tree with search, copy path and folding, or the raw text. `root` is how expressions call it. */
export function JsonView({
  value,
  root,
  label,
  level = 3,
}: {
  value: unknown;
  root: string;
  label: string;
  level?: 2 | 3;
}) {
  const [raw, setRaw] = useState(false);
  const Heading = `h${level}` as const;
  const [query, setQuery] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const view = useMemo(() => jsonRows(value, { toggled, openDepth: 2, query, shown }), [value, toggled, query, shown]);
  const container = typeof value === "object" && value !== null;
  const searchable = query !== "" || view.rows.length > SEARCH_ROWS_MIN || view.rows.some(isFolded);
  const toggle = (id: string) =>
    setToggled((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  const more = (id: string) =>
    setShown((before) => new Map(before).set(id, (before.get(id) ?? CHILDREN_SHOWN) + CHILDREN_SHOWN));
  return (
    <section aria-label={label} className="min-w-0">
      <header className="flex h-8 items-center gap-1">
        <Heading className="flex-1 text-13 font-medium">{label}</Heading>
        {searchable && !raw && (
          <input
            type="search"
            aria-label={`${say.json.search}: ${label}`}
            placeholder={say.json.search}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className="h-7 w-28 min-w-0 rounded-md border border-line bg-transparent px-2 text-12"
          />
        )}
        {container && (
          <button
            type="button"
            aria-pressed={raw}
            onClick={() => setRaw(!raw)}
            className={classes(
              "h-7 rounded-md px-2 text-12 hover:bg-surface-2",
              raw ? "bg-surface-2 text-text-1" : "text-text-2",
            )}
          >
            {say.json.raw}
          </button>
        )}
        <CopyButton text={JSON.stringify(value, null, 2)} label={`${say.copied.raw}: ${label}`} />
      </header>
      <div className="rounded-md border border-line bg-surface-1 py-1.5 font-mono text-12 leading-5">
        {raw ? (
          <RawText value={value} label={label} />
        ) : (
          <>
            {query.trim() !== "" && (
              <p role="status" className="px-3 pb-1 font-sans text-12 text-text-3">
                {say.json.matches(view.matches)}
              </p>
            )}
            <ul>
              {view.rows.map((row) => (
                <JsonRowView key={row.id} row={row} root={root} toggle={toggle} more={more} />
              ))}
            </ul>
            {view.cut && <p className="px-3 pt-1 font-sans text-12 text-text-3">{say.json.cut}</p>}
          </>
        )}
      </div>
    </section>
  );
}

function isFolded(row: JsonRow): boolean {
  if (row.kind === "more") return true;
  return !row.open && row.size > 0 && (row.form === "object" || row.form === "array");
}

function RawText({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => visibleJson(JSON.stringify(value, null, 2)), [value]);
  return (
    <>
      <pre tabIndex={0} aria-label={label} className="max-h-96 overflow-auto px-3 break-words whitespace-pre-wrap">
        {text.slice(0, RAW_CHARS_MAX)}
      </pre>
      {text.length > RAW_CHARS_MAX && (
        <p className="px-3 pt-1 font-sans text-12 text-text-3">{say.json.rawCut(bytesWords(RAW_CHARS_MAX))}</p>
      )}
    </>
  );
}
