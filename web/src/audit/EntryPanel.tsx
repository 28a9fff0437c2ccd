import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { auditQuery } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { JsonView } from "../ui/json/JsonView.tsx";
import { Panel } from "../ui/Panel.tsx";
import { visible } from "../visible.ts";
import { exactWords } from "../words.ts";
import { auditFilter, type FilterField } from "./audit-filter.ts";
import type { AuditView } from "./AuditLog.tsx";
import { actionWords, entryState, refWords } from "./entry-words.ts";
import { useNames } from "./use-names.ts";

const words = say.people.audit;

/** An entry of those that are listed, whole. */
export function EntryPanel({
  id,
  view: { of, filters, change, membersOf },
  close,
}: {
  id: string;
  view: AuditView;
  close: () => void;
}) {
  const list = useInfiniteQuery(auditQuery(useClient(), of, auditFilter(filters)));
  const { names } = useNames({ of, filters, membersOf });
  const entry = list.data?.pages.flatMap(({ items }) => items).find((one) => one.id === id);
  if (entry === undefined)
    return (
      <Panel title={words.id} label={words.id} close={close}>
        {list.isSuccess && <p className="p-4 text-13 text-text-2">{words.missing}</p>}
      </Panel>
    );
  const state = entryState(entry);
  const only = (field: FilterField, value: string, shown: string) => (
    <button
      type="button"
      title={words.only(shown)}
      onClick={() => change({ ...filters, [field]: value })}
      className="text-left break-all text-accent hover:underline"
    >
      {shown}
    </button>
  );
  return (
    <Panel title={actionWords(entry)} label={words.entry(actionWords(entry))} close={close}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 p-4 text-13">
        <Fact name={words.action} id={entry.action}>
          {only("action", entry.action, actionWords(entry))}
        </Fact>
        <Fact name={words.actor} id={entry.actor}>
          {only("actor", entry.actor, refWords(entry.actor, names))}
        </Fact>
        <Fact name={words.target} id={entry.target}>
          {only("target", entry.target, refWords(entry.target, names))}
        </Fact>
        {state !== "well" && <Fact name={words.outcome}>{words.states[state]}</Fact>}
        <Fact name={words.when}>{exactWords(Date.parse(entry.at))}</Fact>
        {entry.recordedAt !== entry.at && <Fact name={words.recorded}>{exactWords(Date.parse(entry.recordedAt))}</Fact>}
        {entry.project !== null && (
          <Fact name={words.project} id={entry.project}>
            {refWords(entry.project, names)}
          </Fact>
        )}
        <Fact name={words.id} id={entry.id} />
      </dl>
      <div className="px-4 pb-4">
        {Object.keys(entry.facts).length === 0 ? (
          <p className="text-13 text-text-2">{words.noFacts}</p>
        ) : (
          <JsonView value={entry.facts} root="facts" label={words.facts} />
        )}
      </div>
    </Panel>
  );
}

/** With `id`, the log's own text beneath, whole and to copy. */
function Fact({ name, id, children }: { name: string; id?: string; children?: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0">
        {children}
        {id !== undefined && (
          <span className="flex items-start gap-1 font-mono text-12 break-all text-text-3">
            <span className="min-w-0">{visible(id)}</span>
            <CopyButton text={id} label={say.copy.id(id)} className="-my-1" />
          </span>
        )}
      </dd>
    </>
  );
}
