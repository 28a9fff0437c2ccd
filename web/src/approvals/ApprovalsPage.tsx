import type { ApprovalSummary } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { approvalsQuery } from "../api/approval-queries.ts";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { type ApprovalsSearch, paths } from "../paths.ts";
import { NotYours } from "../shell/NotYours.tsx";
import { Chip } from "../ui/Chip.tsx";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Page } from "../ui/Page.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { visible } from "../visible.ts";
import { ApprovalPanel } from "./ApprovalPanel.tsx";
import { Expiry } from "./Expiry.tsx";
import { useApprovalNames } from "./use-approval-names.ts";
import { APPROVAL_STATE, approvalWord } from "./approval-state.ts";

const { approvals: words } = say;

/** What waits for a person's word, and what became of what waited. */
export function ApprovalsPage() {
  const { here, may } = useSession();
  const { view, flow, approval } = useSearch({ from: "/approvals" });
  const navigate = useNavigate();
  const filters: ApprovalsSearch = { view, flow };
  if (!may("approval.read"))
    return (
      <Page title={words.title}>
        <NotYours needs="approval.read" organization={here.organization.name} />
      </Page>
    );
  return (
    <Page
      title={words.title}
      panel={
        approval !== undefined && (
          <ApprovalPanel key={approval} id={approval} close={() => void navigate(paths.approvals(filters))} />
        )
      }
    >
      <p className="max-w-[72ch] px-4 pt-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Filters filters={filters} />
      <ApprovalList filters={filters} open={approval} />
    </Page>
  );
}

const VIEWS = ["mine", "open", "all"] as const;

function Filters({ filters }: { filters: ApprovalsSearch }) {
  const navigate = useNavigate();
  const { flow } = filters;
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-3 md:px-6">
      <nav aria-label={words.filters} className="inline-flex rounded-md border border-line p-0.5">
        {VIEWS.map((view) => (
          <Link
            key={view}
            {...paths.approvals({ flow, view: view === "mine" ? undefined : view })}
            aria-current={(filters.view ?? "mine") === view ? "page" : undefined}
            activeOptions={{ exact: true }}
            activeProps={{}}
            className={classes(
              "flex h-7 items-center rounded-sm px-2.5 text-13 font-medium",
              (filters.view ?? "mine") === view ? "bg-surface-3 text-text-1" : "text-text-2 hover:text-text-1",
            )}
          >
            {words.views[view]}
          </Link>
        ))}
      </nav>
      {flow !== undefined && (
        <Chip removeLabel={words.unfilter} remove={() => void navigate(paths.approvals({ view: filters.view }))}>
          {words.ofFlow(flow)}
        </Chip>
      )}
    </div>
  );
}

function ApprovalList({ filters, open }: { filters: ApprovalsSearch; open: string | undefined }) {
  const { here } = useSession();
  const view = filters.view ?? "mine";
  const list = useInfiniteQuery(approvalsQuery(useClient(), here.project.id, { view, flow: filters.flow }));
  return (
    <Listed
      list={list}
      noun={words.noun}
      empty={<EmptyState title={view === "mine" ? words.noneMine : words.none} what={words.noneWhat} />}
    >
      {(approvals) => <ApprovalTable approvals={approvals} filters={filters} open={open} />}
    </Listed>
  );
}

function ApprovalTable({
  approvals,
  filters,
  open,
}: {
  approvals: readonly ApprovalSummary[];
  filters: ApprovalsSearch;
  open: string | undefined;
}) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { titleOf, flowOf } = useApprovalNames(approvals);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.action },
          { name: words.flow, className: "w-[28%]" },
          { name: words.state, className: "w-44", wide: true },
          { name: words.expires, className: "w-28", right: true },
        ]}
      >
        {approvals.map(({ id, action, kind, message, connection, flow, step, status, expiresAt, decidedAt }) => (
          <Row key={id}>
            <Cell>
              <Link
                {...paths.approvals({ ...filters, approval: id })}
                data-row
                aria-current={id === open ? "true" : undefined}
                className={ROW_LINK}
              >
                <StateIcon state={APPROVAL_STATE[status]} className="mr-2 inline-block align-[-2px]" />
                {titleOf({ kind, action, message, connection })}
              </Link>
            </Cell>
            <Cell className="text-13 text-text-2">
              {flowOf(flow)} <span className="text-text-3">{visible(step)}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {words.status[approvalWord({ status, decidedAt })]}
            </Cell>
            <Cell right className="text-13 text-text-2">
              {status === "open" ? <Expiry at={expiresAt} short /> : words.status[approvalWord({ status, decidedAt })]}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
