import type { Imported, Table } from "@steward/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { bytesWords } from "../words.ts";
import { type Delimiter, DELIMITERS, guessDelimiter, guessMap, headersOf } from "./csv-text.ts";
import { HeaderMap, mapFault } from "./HeaderMap.tsx";
import { ImportReport } from "./ImportReport.tsx";

const { import: words } = say.data.tables;
/** Of the file's beginning: its first line is in it. */
const HEAD_BYTES = 65_536;

type Stage =
  | { readonly kind: "choosing" }
  | { readonly kind: "going"; readonly sentBytes: number }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "stopped" }
  | { readonly kind: "done"; readonly report: Imported };

interface Chosen {
  readonly file: File;
  readonly head: string;
  readonly delimiter: Delimiter;
  readonly headers: readonly string[];
  readonly map: readonly (string | null)[];
}

/** A CSV file into a table: where its columns go, how far it is, which of its lines were left out. */
export function ImportPanel({ table, close }: { table: Table; close: () => void }) {
  const [stage, setStage] = useState<Stage>({ kind: "choosing" });
  const title = words.title(table.name);
  return (
    <Panel title={title} label={title} close={close}>
      {stage.kind === "done" ? (
        <ImportReport report={stage.report} again={() => setStage({ kind: "choosing" })} />
      ) : (
        <ImportForm table={table} stage={stage} setStage={setStage} />
      )}
    </Panel>
  );
}

function ImportForm({ table, stage, setStage }: { table: Table; stage: Stage; setStage: (stage: Stage) => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [skip, setSkip] = useState(false);
  const { start, stop } = useImport(table, setStage);
  const going = stage.kind === "going";
  const fault = chosen === null ? null : mapFault(table.columns, chosen.map);
  const choose = (file: File, head: string, delimiter: Delimiter) => {
    const headers = headersOf(head, delimiter);
    setChosen({ file, head, delimiter, headers, map: guessMap(headers, table.columns) });
  };
  const pick = async (file: File) => {
    const head = await file.slice(0, HEAD_BYTES).text();
    setStage({ kind: "choosing" });
    choose(file, head, guessDelimiter(head));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== null && fault === null) start(chosen, skip);
  };
  return (
    <form className="space-y-4 p-4" onSubmit={submit}>
      <Field label={words.file} help={words.fileHelp}>
        {(control) => (
          <input
            {...control}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            disabled={going}
            onChange={({ target }) => target.files?.[0] && void pick(target.files[0])}
            className="field file:mr-3 file:border-0 file:bg-transparent file:font-medium"
          />
        )}
      </Field>
      {chosen !== null && (
        <fieldset disabled={going} className="space-y-4">
          <Choices
            columns={table.columns}
            chosen={chosen}
            change={setChosen}
            part={(delimiter) => choose(chosen.file, chosen.head, delimiter)}
          />
          <Field label={words.onError}>
            {(control) => (
              <select
                {...control}
                value={skip ? "skip" : "fail"}
                onChange={({ target }) => setSkip(target.value === "skip")}
                className="field"
              >
                <option value="fail">{words.fail}</option>
                <option value="skip">{words.skip}</option>
              </select>
            )}
          </Field>
        </fieldset>
      )}
      {fault !== null && <p className="text-13 text-failed">{fault}</p>}
      {stage.kind === "failed" && <ErrorNote error={stage.error} />}
      {stage.kind === "stopped" && <p className="text-13 text-text-2">{words.stopped}</p>}
      {going && chosen !== null ? (
        <Going sentBytes={stage.sentBytes} bytes={chosen.file.size} stop={stop} />
      ) : (
        <Button type="submit" look="primary" disabled={chosen === null || fault !== null}>
          {words.start}
        </Button>
      )}
    </form>
  );
}

function Choices({
  columns,
  chosen,
  change,
  part,
}: {
  columns: Table["columns"];
  chosen: Chosen;
  change: (chosen: Chosen) => void;
  part: (delimiter: Delimiter) => void;
}) {
  return (
    <>
      <Field label={words.delimiter}>
        {(control) => (
          <select
            {...control}
            value={chosen.delimiter}
            onChange={({ target }) => part(DELIMITERS.find((one) => one === target.value) ?? ",")}
            className="field"
          >
            {DELIMITERS.map((one) => (
              <option key={one} value={one}>
                {words.delimiters[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <HeaderMap
        columns={columns}
        headers={chosen.headers}
        map={chosen.map}
        change={(map) => change({ ...chosen, map })}
      />
    </>
  );
}

function Going({ sentBytes, bytes, stop }: { sentBytes: number; bytes: number; stop: () => void }) {
  return (
    <div className="space-y-2 text-13">
      <progress aria-label={words.progress} max={Math.max(1, bytes)} value={sentBytes} className="h-1.5 w-full" />
      <div className="flex items-center justify-between gap-2">
        <span className="text-text-2">
          {sentBytes >= bytes ? words.storing : words.sending(bytesWords(sentBytes), bytesWords(bytes))}
        </span>
        <Button onClick={stop}>{words.stop}</Button>
      </div>
    </div>
  );
}

/** Sends the file; it is one transaction, so what is stopped or fails leaves nothing. */
function useImport(table: Table, tell: (stage: Stage) => void) {
  const client = useClient();
  const queries = useQueryClient();
  const { here } = useSession();
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const start = ({ file, headers, map, delimiter }: Chosen, skip: boolean) => {
    const stop = new AbortController();
    control.current = stop;
    tell({ kind: "going", sentBytes: 0 });
    client
      .importRows({
        table: table.id,
        body: file,
        delimiter,
        onError: skip ? "skip" : "fail",
        map: JSON.stringify(Object.fromEntries(headers.map((header, at) => [header, map[at] ?? null]))),
        signal: stop.signal,
        progress: (sentBytes) => stop.signal.aborted || tell({ kind: "going", sentBytes }),
      })
      .then((report) => {
        tell({ kind: "done", report });
        return queries.invalidateQueries({ queryKey: dataKeys.tables(here.project.id) });
      })
      .catch((error: unknown) => tell(stop.signal.aborted ? { kind: "stopped" } : { kind: "failed", error }));
  };
  return { start, stop: () => control.current?.abort() };
}
