import { type FormEvent, useId, useState } from "react";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { exactWords } from "../words.ts";
import { FILTER_FIELDS, type FilterField, type Filters, filterValue, isTimeField } from "./audit-filter.ts";
import { refWords } from "./entry-words.ts";
import type { KnownNames } from "./use-names.ts";

const { filter: words } = say.people.audit;

/** The filters that are on, as chips, and the way to add one; members are completed by their names. */
export function AuditFilters({
  filters,
  change,
  known: { names, choices },
}: {
  filters: Filters;
  change: (next: Filters) => void;
  known: KnownNames;
}) {
  const shown = (field: FilterField, value: string) => {
    if (isTimeField(field)) return exactWords(Date.parse(value)).slice(0, 16);
    return refWords(value, names);
  };
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-3 md:px-6">
      <FilterForm people={choices} add={(field, value) => change({ ...filters, [field]: value })} />
      {FILTER_FIELDS.map((field) => {
        const value = filters[field];
        return (
          value !== undefined && (
            <Chip
              key={field}
              removeLabel={words.remove(words.fields[field])}
              remove={() => change({ ...filters, [field]: undefined })}
            >
              <span className="text-text-3">{words.fields[field]}</span>{" "}
              <span className="max-w-48 truncate">{shown(field, value)}</span>
            </Chip>
          )
        );
      })}
    </div>
  );
}

/** Fields that a member may be the value of. */
const NAMES_PEOPLE: ReadonlySet<FilterField> = new Set(["actor", "target"]);

function FilterForm({
  people,
  add,
}: {
  people: KnownNames["choices"];
  add: (field: FilterField, value: string) => void;
}) {
  const [field, setField] = useState<FilterField>("actor");
  const [typed, setTyped] = useState("");
  const listId = useId();
  const chosen = NAMES_PEOPLE.has(field) ? people.find(({ label }) => label === typed.trim())?.id : undefined;
  const value = filterValue(field, chosen ?? typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value === null) return;
    add(field, value);
    setTyped("");
  };
  return (
    <form aria-label={words.label} onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <select
        aria-label={words.field}
        value={field}
        onChange={({ target }) => {
          setField(FILTER_FIELDS.find((one) => one === target.value) ?? "actor");
          setTyped("");
        }}
        className="field w-auto text-13"
      >
        {FILTER_FIELDS.map((one) => (
          <option key={one} value={one}>
            {words.fields[one]}
          </option>
        ))}
      </select>
      <input
        aria-label={words.value}
        type={isTimeField(field) ? "datetime-local" : "text"}
        list={NAMES_PEOPLE.has(field) ? listId : undefined}
        placeholder={words.hints[field]}
        maxLength={100}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="field w-52 text-13"
      />
      <datalist id={listId}>
        {people.map(({ id, label }) => (
          <option key={id} value={label} />
        ))}
      </datalist>
      <Button type="submit" disabled={value === null}>
        {words.add}
      </Button>
    </form>
  );
}
