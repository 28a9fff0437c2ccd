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

const words = say.people.audit;

/** An entry of those that are listed, whole. */
export function EntryPanel({
  id,
  view: { of, filters, change },
  close,
}: {
  id: string;
  view: AuditView;
  close: () => void;
}) {
  const list = useInfiniteQuery(auditQuery(useClient(), of, auditFilter(filters)));
  const entry = list.data?.pages.flatMap(({ items }) => items).find((one) => one.id === id);
  if (entry === undefined)
    return (
      <Panel title={words.id} label={words.id} close={close}>
        {list.isSuccess && <p className="p-4 text-13 text-text-2">{words.missing}</p>}
      </Panel>
    );
  const only = (field: FilterField, value: string) => (
    <button
      type="button"
      title={words.only(value)}
      onClick={() => change({ ...filters, [field]: value })}
      className="text-left break-all text-accent hover:underline"
    >
      {visible(value)}
    </button>
  );
  return (
    <Panel title={visible(entry.action)} label={words.entry(entry.action)} close={close}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 p-4 text-13">
        <Fact name={words.action}>{only("action", entry.action)}</Fact>
        <Fact name={words.actor} id={entry.actor}>
          {only("actor", entry.actor)}
        </Fact>
        <Fact name={words.target} id={entry.target}>
          {only("target", entry.target)}
        </Fact>
        <Fact name={words.when}>{exactWords(Date.parse(entry.at))}</Fact>
        {entry.recordedAt !== entry.at && <Fact name={words.recorded}>{exactWords(Date.parse(entry.recordedAt))}</Fact>}
        {entry.project !== null && (
          <Fact name={words.project} id={entry.project}>
            {entry.project}
          </Fact>
        )}
        <Fact name={words.id} id={entry.id}>
          {entry.id}
        </Fact>
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

function Fact({ name, id, children }: { name: string; id?: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="flex min-w-0 items-start gap-1 break-all">
        <span className="min-w-0">{children}</span>
        {id !== undefined && <CopyButton text={id} label={say.copy.id(id)} className="-my-1" />}
      </dd>
    </>
  );
}
