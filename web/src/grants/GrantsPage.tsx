import type { Grant } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { grantsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { type GrantsSearch, paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Listed } from "../ui/Listed.tsx";
import { visible } from "../visible.ts";
import { GrantPanel } from "./GrantPanel.tsx";
import { GrantsFrame } from "./GrantsFrame.tsx";
import { NewGrantPanel } from "./NewGrantPanel.tsx";
import { stateOf } from "./grant-state.ts";

const { grants: words } = say;

/** Who may do what with which connection, each as sentences. */
export function GrantsPage() {
  const { may } = useSession();
  const { grant, connection, credential, ended, to, actions } = useSearch({ from: "/grants" });
  const navigate = useNavigate();
  const filters: GrantsSearch = { connection, credential, ended };
  const able = may("grant.write") || may("connection.write");
  const close = () => void navigate(paths.grants(filters));
  const go = (id: string) => void navigate(paths.grants({ ...filters, grant: id }));
  const make = able && (
    <Link {...paths.grants({ ...filters, grant: "new" })} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {words.new}
    </Link>
  );
  return (
    <GrantsFrame
      actions={make}
      panel={
        may("grant.read") &&
        ((grant === "new" && able && (
          <NewGrantPanel
            to={to}
            actions={actions?.split(",") ?? []}
            about={
              connection !== undefined
                ? `connection:${connection}`
                : credential !== undefined
                  ? `credential:${credential}`
                  : ""
            }
            close={close}
            given={go}
          />
        )) ||
          (grant !== undefined && grant !== "new" && <GrantPanel key={grant} id={grant} close={close} given={go} />))
      }
    >
      <p className="max-w-[72ch] px-4 pt-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Filters filters={filters} />
      <GrantList filters={filters} make={make} open={grant} />
    </GrantsFrame>
  );
}

function Filters({ filters }: { filters: GrantsSearch }) {
  const navigate = useNavigate();
  const about = filters.connection ?? filters.credential;
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-3 md:px-6">
      {about !== undefined && (
        <Chip removeLabel={words.unfilter} remove={() => void navigate(paths.grants({ ended: filters.ended }))}>
          {words.filterAbout(about)}
        </Chip>
      )}
      <label className="flex items-center gap-2 text-13">
        <input
          type="checkbox"
          checked={filters.ended === true}
          onChange={({ target }) => void navigate(paths.grants({ ...filters, ended: target.checked || undefined }))}
        />
        {words.ended}
      </label>
    </div>
  );
}

function GrantList({
  filters,
  make,
  open,
}: {
  filters: GrantsSearch;
  make: React.ReactNode;
  open: string | undefined;
}) {
  const { here } = useSession();
  const { connection, credential } = filters;
  const asked = { connection, credential, ended: filters.ended === true };
  const list = useInfiniteQuery(grantsQuery(useClient(), here.project.id, asked));
  const filtered = connection !== undefined || credential !== undefined;
  const rows = useRef<HTMLUListElement>(null);
  useRowKeys(rows);
  return (
    <Listed
      list={list}
      noun={words.noun}
      empty={
        <EmptyState title={filtered ? words.nothing : words.none} what={words.noneWhat}>
          {make}
        </EmptyState>
      }
    >
      {(grants) => (
        <ul ref={rows} aria-label={words.title} className="border-t border-line">
          {grants.map((grant) => (
            <GrantRow key={grant.id} grant={grant} filters={filters} current={grant.id === open} />
          ))}
        </ul>
      )}
    </Listed>
  );
}

const LOOK = { stands: "text-done", rests: "text-waiting", over: "text-text-3" } as const;

function GrantRow({ grant, filters, current }: { grant: Grant; filters: GrantsSearch; current: boolean }) {
  const state = stateOf(grant);
  const [first = "", ...others] = grant.sentences;
  return (
    <li className="relative border-b border-line/70 hover:bg-surface-1 has-[a[data-row]:focus-visible]:bg-surface-2 has-[a[data-row]:focus-visible]:shadow-[inset_2px_0_0_var(--accent)]">
      <div className="flex items-start gap-4 px-4 py-2.5 md:px-6">
        <div className="min-w-0 flex-1 break-words">
          <Link
            {...paths.grants({ ...filters, grant: grant.id })}
            data-row
            aria-current={current ? "true" : undefined}
            className={`outline-none after:absolute after:inset-0 ${state === "over" ? "text-text-3 line-through" : ""}`}
          >
            {visible(first)}
          </Link>
          {others.map((sentence) => (
            <p key={sentence} className="text-13 text-text-2">
              {visible(sentence)}
            </p>
          ))}
          {grant.form.note !== "" && <p className="text-12 text-text-3">{visible(grant.form.note)}</p>}
        </div>
        <span className={`shrink-0 text-12 font-medium ${LOOK[state]}`}>{words.states[state]}</span>
      </div>
    </li>
  );
}
