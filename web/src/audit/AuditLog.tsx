import type { AuditEntry } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useRef } from "react";
import { auditQuery, type AuditOf } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { auditFilter, type Filters } from "./audit-filter.ts";
import { useMemberNames } from "./use-member-names.ts";
import { AuditFilters } from "./AuditFilters.tsx";

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
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <AuditFilters filters={filters} change={change} membersOf={membersOf} />
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
        {(entries) => <EntryTable entries={entries} entry={entry} membersOf={membersOf} />}
      </Listed>
    </>
  );
}

function EntryTable({
  entries,
  entry,
  membersOf,
}: Pick<AuditView, "entry" | "membersOf"> & { entries: readonly AuditEntry[] }) {
  const { nameOf } = useMemberNames(membersOf);
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
        {entries.map(({ id, action, actor, target, at }) => (
          <Row key={id}>
            <Cell className={/refused|denied|failed/.test(action) ? "text-13 text-failed" : "text-13"}>
              <Link {...entry(id)} data-row className={ROW_LINK}>
                {visible(action)}
              </Link>
            </Cell>
            <Cell className="text-13 text-text-2">
              <span title={visible(actor)}>{nameOf(actor)}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              <span title={visible(target)}>{nameOf(target)}</span>
            </Cell>
            <Cell right className="text-13 text-text-2">
              <Time at={at} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
