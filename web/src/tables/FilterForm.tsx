import type { Column } from "@steward/sdk";
import { type FormEvent, useState } from "react";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { visible } from "../visible.ts";
import { filterOf, isOperator, operatorsOf, takesValue } from "./row-filter.ts";
import { useTableView } from "./use-table-view.ts";

const { filter: words, grid } = say.data.tables;

/** Makes one more filter: a column, how it is compared, with what. */
export function FilterForm({ columns }: { columns: readonly Column[] }) {
  const { search, asked, go } = useTableView();
  const [name, setName] = useState(search.column ?? columns[0]?.name ?? "");
  const [chosen, setOp] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const close = () => go({ panel: undefined, column: undefined });
  useShortcuts([{ keys: "escape", label: say.keys.close, run: close }]);
  const column = columns.find((one) => one.name === name) ?? columns[0];
  if (!column) return null;
  const operators = operatorsOf(column);
  const op = operators.find((one) => one === chosen) ?? operators[0] ?? "eq";
  const filter = filterOf(column, op, typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (filter !== null) go({ filters: [...asked.filters, filter], panel: undefined, column: undefined });
  };
  return (
    <form aria-label={words.label} onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <select
        aria-label={words.field}
        value={column.name}
        onChange={({ target }) => {
          setName(target.value);
          setTyped("");
        }}
        className="field w-auto max-w-48 text-13"
      >
        {columns.map((one) => (
          <option key={one.name} value={one.name}>
            {visible(one.name)}
          </option>
        ))}
      </select>
      <select
        aria-label={words.op}
        value={op}
        onChange={({ target }) => setOp(isOperator(target.value) ? target.value : null)}
        className="field w-auto text-13"
      >
        {operators.map((one) => (
          <option key={one} value={one}>
            {words.ops[one]}
          </option>
        ))}
      </select>
      {takesValue(op) && <FilterValue column={column} op={op} typed={typed} type={setTyped} />}
      <Button type="submit" look="primary" disabled={filter === null}>
        {words.add}
      </Button>
      <IconButton icon="close" label={say.close} onClick={close} />
    </form>
  );
}

function FilterValue({
  column,
  op,
  typed,
  type,
}: {
  column: Column;
  op: string;
  typed: string;
  type: (text: string) => void;
}) {
  const choices =
    column.type === "boolean"
      ? [
          ["true", grid.yes],
          ["false", grid.no],
        ]
      : column.type === "select" && op !== "in"
        ? (column.options ?? []).map((one) => [one, visible(one)])
        : null;
  const control = {
    "aria-label": words.value,
    autoFocus: true,
    value: typed,
    onChange: ({ target }: { target: { value: string } }) => type(target.value),
    className: "field w-44 text-13",
  };
  if (choices !== null)
    return (
      <select {...control}>
        <option value="">{say.data.tables.row.choose}</option>
        {choices.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    );
  const hint = op === "in" ? words.inHelp : column.type === "time" ? "2026-11-21T12:30:00Z" : undefined;
  return (
    <input
      {...control}
      type={column.type === "date" && op !== "in" ? "date" : "text"}
      placeholder={hint}
      maxLength={500}
    />
  );
}
