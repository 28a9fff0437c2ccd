import type { Column } from "@steward/sdk";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

const { import: words, filter } = say.data.tables;

/** Which column each column of a file goes to. */
export function HeaderMap({
  columns,
  headers,
  map,
  change,
}: {
  columns: readonly Column[];
  headers: readonly string[];
  map: readonly (string | null)[];
  change: (map: readonly (string | null)[]) => void;
}) {
  return (
    <div role="group" aria-label={words.headers} className="space-y-1.5">
      <p className="text-13 font-medium">{words.headers}</p>
      {headers.map((header, at) => (
        // A file may have the same header twice.
        <div key={`${at} ${header}`} className="grid grid-cols-2 items-center gap-2 text-13">
          <span className="truncate" title={header}>
            {visible(header)}
          </span>
          <select
            aria-label={words.goesTo(header)}
            value={map[at] ?? ""}
            onChange={({ target }) => change(map.map((one, index) => (index === at ? target.value || null : one)))}
            className="field text-13"
          >
            <option value="">{words.leaveOut}</option>
            <option value="id">{filter.id}</option>
            {columns.map(({ name }) => (
              <option key={name} value={name}>
                {visible(name)}
              </option>
            ))}
          </select>
        </div>
      ))}
    </div>
  );
}

/** Why the file can't go in like this, or null. */
export function mapFault(columns: readonly Column[], map: readonly (string | null)[]): string | null {
  const targets = map.filter((one) => one !== null);
  if (targets.length === 0) return words.nothingGoes;
  if (new Set(targets).size < targets.length) return words.twice;
  const missing = columns.filter(({ name, required }) => required && !targets.includes(name));
  return missing.length === 0 ? null : words.missing(missing.map(({ name }) => name).join(", "));
}
