import { type FormEvent, useState } from "react";
import { say } from "../language.ts";
import type { OutboundSearch } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";
import { exactWords } from "../words.ts";
import { isMoment, OUTBOUND_FIELDS, type OutboundField, outboundValue } from "./outbound-filter.ts";

const { outbound: words } = say;

/** The filters that are on, as chips, and the way to add one. */
export function OutboundFilters({
  search,
  change,
}: {
  search: OutboundSearch;
  change: (next: OutboundSearch) => void;
}) {
  return (
    <>
      <FilterForm add={(field, value) => change({ ...search, [field]: value })} />
      {OUTBOUND_FIELDS.map((field) => {
        const value = search[field];
        return (
          value !== undefined && (
            <Chip
              key={field}
              removeLabel={words.remove(words.fields[field])}
              remove={() => change({ ...search, [field]: undefined })}
            >
              <span className="text-text-3">{words.fields[field]}</span>{" "}
              <span className="max-w-48 truncate">{shown(field, value)}</span>
            </Chip>
          )
        );
      })}
    </>
  );
}

function shown(field: OutboundField, value: string): string {
  if (isMoment(field)) return exactWords(Date.parse(value)).slice(0, 16);
  return field === "cause" && value.startsWith("run_") ? shortId(value) : visible(value);
}

function FilterForm({ add }: { add: (field: OutboundField, value: string) => void }) {
  const [field, setField] = useState<OutboundField>("flow");
  const [typed, setTyped] = useState("");
  const value = outboundValue(field, typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value === null) return;
    add(field, value);
    setTyped("");
  };
  return (
    <form aria-label={words.filter.label} onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <select
        aria-label={words.filter.field}
        value={field}
        onChange={({ target }) => {
          setField(OUTBOUND_FIELDS.find((one) => one === target.value) ?? "flow");
          setTyped("");
        }}
        className="field w-auto text-13"
      >
        {OUTBOUND_FIELDS.map((one) => (
          <option key={one} value={one}>
            {words.fields[one]}
          </option>
        ))}
      </select>
      <input
        aria-label={words.filter.value}
        type={isMoment(field) ? "datetime-local" : "text"}
        maxLength={100}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="field w-44 text-13"
      />
      <Button type="submit" disabled={value === null}>
        {words.filter.add}
      </Button>
    </form>
  );
}
