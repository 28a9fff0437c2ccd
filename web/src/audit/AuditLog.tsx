import type { AuditEntry } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useRef } from "react";
import { auditQuery, type AuditOf } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { auditFilter, type Filters } from "./audit-filter.ts";
import { AuditFilters } from "./AuditFilters.tsx";
import { actionWords, entryState, type Names, refWords } from "./entry-words.ts";
import { type KnownNames, useNames } from "./use-names.ts";

const words = say.people.audit;

export interface AuditView {
  readonly of: AuditOf;
  readonly filters: Filters;
  readonly change: (next: Filters) => void;
  /** The address of an entry's panel. */
  readonly entry: (id: string) => Pick<LinkProps, "to" | "search">;
  readonly membersOf: string | null;
}

/** A log's entries, newest first, filtered by what stands in the address. */
export function AuditLog({ of, filters, change, entry, membersOf }: AuditView) {
  const filter = auditFilter(filters);
  const list = useInfiniteQuery(auditQuery(useClient(), of, filter));
  const known = useNames({ of, filters, membersOf });
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <AuditFilters filters={filters} change={change} known={known} />
      <Listed
        list={list}
        noun={words.noun}
        empty={
          filtered ? (
            <EmptyState title={words.nothing} what={words.noneWhat}>
              <Button onClick={() => change({})}>{words.nothingWay}</Button>
            </EmptyState>
          ) : (
            <EmptyState title={words.none} what={words.noneWhat} />
          )
        }
      >
        {(entries) => <EntryTable entries={entries} entry={entry} names={known.names} />}
      </Listed>
    </>
  );
}

function EntryTable({
  entries,
  entry,
  names,
}: Pick<AuditView, "entry"> & Pick<KnownNames, "names"> & { entries: readonly AuditEntry[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.action },
          { name: words.actor, className: "w-[30%]" },
          { name: words.target, className: "w-[30%]", wide: true },
          { name: words.when, className: "w-28", right: true },
        ]}
      >
        {entries.map((one) => (
          <EntryRow key={one.id} entry={one} to={entry(one.id)} names={names} />
        ))}
      </Table>
    </div>
  );
}

const LOOK = {
  well: null,
  refused: { icon: "cancelled", text: "text-failed" },
  failed: { icon: "failed", text: "text-failed" },
  in_doubt: { icon: "in_doubt", text: "text-doubt" },
} as const;

function EntryRow({ entry, to, names }: { entry: AuditEntry; to: Pick<LinkProps, "to" | "search">; names: Names }) {
  const { action, actor, target, at } = entry;
  const look = LOOK[entryState(entry)];
  return (
    <Row>
      <Cell className={classes("text-13", look?.text)}>
        <Link {...to} data-row title={visible(action)} className={ROW_LINK}>
          {look && <StateIcon state={look.icon} className={classes("mr-1.5 inline-block align-[-2px]", look.text)} />}
          {actionWords(entry)}
        </Link>
      </Cell>
      <Cell className="text-13 text-text-2">
        <span title={visible(actor)}>{refWords(actor, names)}</span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <span title={visible(target)}>{refWords(target, names)}</span>
      </Cell>
      <Cell right className="text-13 text-text-2">
        <Time at={at} />
      </Cell>
    </Row>
  );
}
