import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { ledgerQuery } from "../api/outbound-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { type OutboundSearch, paths } from "../paths.ts";
import { NotYours } from "../shell/NotYours.tsx";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { ConnectionsFrame } from "./ConnectionsFrame.tsx";
import { outboundAsked } from "./outbound-filter.ts";
import { OutboundFilters } from "./OutboundFilters.tsx";
import { OutboundTable } from "./OutboundTable.tsx";

const { outbound: words } = say;

/** The ledger of what the project's flows reached outside, and of what was refused. */
export function OutboundPage() {
  const { here, may } = useSession();
  const search = useSearch({ from: "/connections/outbound" });
  const navigate = useNavigate();
  const change = (next: OutboundSearch) => void navigate({ ...paths.ledger(next), replace: true });
  if (!may("run.read"))
    return (
      <ConnectionsFrame>
        <NotYours needs="run.read" organization={here.organization.name} />
      </ConnectionsFrame>
    );
  return (
    <ConnectionsFrame
      actions={
        <SearchField label={words.search} value={search.host ?? ""} change={(host) => change({ ...search, host })} />
      }
    >
      <p className="max-w-[72ch] px-4 pt-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 md:px-6">
        <Views search={search} />
        <OutboundFilters search={search} change={change} />
      </div>
      <Ledger search={search} change={change} />
    </ConnectionsFrame>
  );
}

function Views({ search }: { search: OutboundSearch }) {
  const view = (refused: true | undefined, label: string) => {
    const on = search.refused === refused;
    return (
      <Link
        {...paths.ledger({ ...search, refused })}
        replace
        aria-current={on ? "page" : undefined}
        activeProps={{}}
        className={classes(
          "flex h-7 items-center rounded-sm px-2.5 text-13 font-medium",
          on ? "bg-surface-3 text-text-1" : "text-text-2 hover:text-text-1",
        )}
      >
        {label}
      </Link>
    );
  };
  return (
    <nav aria-label={words.views.label} className="inline-flex rounded-md border border-line p-0.5">
      {view(undefined, words.views.all)}
      {view(true, words.views.refused)}
    </nav>
  );
}

function Ledger({ search, change }: { search: OutboundSearch; change: (next: OutboundSearch) => void }) {
  const { here } = useSession();
  const asked = outboundAsked(search);
  const list = useInfiniteQuery(ledgerQuery(useClient(), here.project.id, asked));
  return (
    <Listed
      list={list}
      noun={words.noun}
      empty={
        Object.keys(asked).length === 0 ? (
          <EmptyState title={words.none} what={words.noneWhat} />
        ) : (
          <EmptyState title={words.noneFound} what={words.noneFoundWhat}>
            <Button onClick={() => change({})}>{words.unfilter}</Button>
          </EmptyState>
        )
      }
    >
      {(effects) => <OutboundTable effects={effects} />}
    </Listed>
  );
}
