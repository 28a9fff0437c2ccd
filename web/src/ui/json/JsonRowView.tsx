import { type ReactNode, useState } from "react";
import { say } from "../../language.ts";
import { visible, visibleJson } from "../../visible.ts";
import { bytesWords } from "../../words.ts";
import { classes } from "../classes.ts";
import { CopyButton } from "../Copy.tsx";
import { Icon } from "../Icon.tsx";
import { type JsonRow, pathText } from "./json-rows.ts";

type ValueRow = Extract<JsonRow, { kind: "value" }>;

const FOLD_CHARS = 160;
const INDENT_PX = 14;
const INDENTS_MAX = 12;

/** One line of a JSON tree. */
export function JsonRowView({
  row,
  root,
  toggle,
  more,
}: {
  row: JsonRow;
  root: string;
  toggle: (id: string) => void;
  more: (id: string) => void;
}) {
  const style = { paddingLeft: 8 + Math.min(row.depth, INDENTS_MAX) * INDENT_PX };
  if (row.kind === "more") {
    return (
      <li style={style} className="pr-2">
        <button
          type="button"
          onClick={() => more(row.id.slice(0, -2))}
          className="ml-4 rounded-sm px-1 font-sans text-accent hover:underline"
        >
          {say.json.moreItems(row.hidden)}
        </button>
      </li>
    );
  }
  const path = pathText(root, row.path);
  return (
    <li
      style={style}
      className={classes("group flex items-start pr-1 hover:bg-surface-2", row.matches && "bg-waiting/10")}
    >
      <Toggle row={row} path={path} toggle={toggle} />
      <span className="min-w-0 flex-1 break-words whitespace-pre-wrap">
        {row.label !== null && (
          <>
            <span className="text-text-1">{visible(row.label)}</span>
            <span className="text-text-3">: </span>
          </>
        )}
        {VALUES[row.form](row)}
      </span>
      <CopyButton
        text={path}
        label={`${say.copy.path} ${path}`}
        className="-my-1 shrink-0 scale-90 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      />
    </li>
  );
}

function Toggle({ row, path, toggle }: { row: ValueRow; path: string; toggle: (id: string) => void }) {
  const holds = (row.form === "object" || row.form === "array") && row.size > 0;
  if (!holds) return <span className="w-4 shrink-0" />;
  return (
    <button
      type="button"
      aria-expanded={row.open}
      aria-label={row.open ? say.json.fold(path) : say.json.open(path)}
      onClick={() => toggle(row.id)}
      className="flex h-5 w-4 shrink-0 items-center justify-center rounded-sm text-text-3 hover:text-text-1"
    >
      <Icon name="chevron" className={classes("size-3 transition-transform", row.open && "rotate-90")} />
    </button>
  );
}

const VALUES: Record<ValueRow["form"], (row: ValueRow) => ReactNode> = {
  object: ({ size }) => <span className="text-text-3">{size === 0 ? "{}" : `{ ${say.json.fields(size)} }`}</span>,
  array: ({ size }) => <span className="text-text-3">{size === 0 ? "[]" : `[ ${say.json.items(size)} ]`}</span>,
  blob: ({ size }) => <span className="text-text-2 italic">{say.json.apart(bytesWords(size))}</span>,
  string: ({ value }) => <LongText text={String(value)} />,
  number: ({ value }) => <span className="text-running">{String(value)}</span>,
  boolean: ({ value }) => <span className="text-doubt">{String(value)}</span>,
  null: () => <span className="text-text-3">null</span>,
};

function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > FOLD_CHARS + 40;
  const quoted = visibleJson(JSON.stringify(long && !whole ? text.slice(0, FOLD_CHARS) : text));
  return (
    <span className="text-done">
      {long && !whole ? `${quoted.slice(0, -1)}…` : quoted}
      {long && (
        <button
          type="button"
          onClick={() => setWhole(!whole)}
          className="ml-1.5 rounded-sm font-sans text-12 text-accent hover:underline"
        >
          {whole ? say.json.less : say.json.whole(bytesWords(new TextEncoder().encode(text).length))}
        </button>
      )}
    </span>
  );
}
