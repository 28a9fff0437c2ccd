import type { Limit } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { limitsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { visible } from "../visible.ts";
import { GrantsFrame } from "./GrantsFrame.tsx";
import { LimitPanel, NewLimitPanel } from "./LimitPanel.tsx";

const { limits: words } = say.grants;

/** What binds every grant of the project, the organization's first. */
export function LimitsPage() {
  const { may } = useSession();
  const { limit } = useSearch({ from: "/grants/limits" });
  const navigate = useNavigate();
  const go = (open?: string) => void navigate(paths.limits({ limit: open }));
  const { found, limits } = useLimits();
  const opened = limits.find(({ id }) => id === limit);
  const level = levelOf(limit);
  const made = level !== null && may(level === "project" ? "limit.write" : "organization_limit.write");
  return (
    <GrantsFrame
      actions={<NewLimit go={go} />}
      panel={
        (made && level !== null && <NewLimitPanel key={level} level={level} close={() => go()} set={go} />) ||
        (opened && <LimitPanel key={opened.id} limit={opened} close={() => go()} />)
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {found.isPending && <Skeleton rows={3} />}
      {found.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.isSuccess && limits.length === 0 && (
        <EmptyState title={words.none} what={words.noneWhat}>
          <NewLimit go={go} />
        </EmptyState>
      )}
      {limits.length > 0 && <LimitList limits={limits} open={limit} />}
    </GrantsFrame>
  );
}

const NONE: readonly Limit[] = [];

function useLimits() {
  const { here, may } = useSession();
  const found = useQuery({ ...limitsQuery(useClient(), here.project.id), enabled: may("grant.read") });
  return { found, limits: found.data?.items ?? NONE };
}

function levelOf(open: string | undefined): "project" | "organization" | null {
  if (open === "new") return "project";
  return open === "new-organization" ? "organization" : null;
}

function NewLimit({ go }: { go: (open: string) => void }) {
  const { may } = useSession();
  const choices = [
    ...(may("limit.write") ? [{ label: words.new, run: () => go("new") }] : []),
    ...(may("organization_limit.write") ? [{ label: words.newOrganization, run: () => go("new-organization") }] : []),
  ];
  const [only] = choices;
  if (only === undefined) return null;
  if (choices.length === 1)
    return (
      <button type="button" className={buttonClasses("primary")} onClick={only.run}>
        {only.label}
      </button>
    );
  return <ActionMenu label={words.new} trigger={words.new} triggerClass={buttonClasses("primary")} actions={choices} />;
}

function LimitList({ limits, open }: { limits: readonly Limit[]; open: string | undefined }) {
  const rows = useRef<HTMLUListElement>(null);
  useRowKeys(rows);
  return (
    <>
      <ul ref={rows} aria-label={words.title} className="border-t border-line">
        {limits.map(({ id, sentences, project, form }) => (
          <li
            key={id}
            className="relative border-b border-line/70 hover:bg-surface-1 has-[a[data-row]:focus-visible]:bg-surface-2 has-[a[data-row]:focus-visible]:shadow-[inset_2px_0_0_var(--accent)]"
          >
            <div className="flex items-start gap-4 px-4 py-2.5 md:px-6">
              <div className="min-w-0 flex-1 break-words">
                <Link
                  {...paths.limits({ limit: id })}
                  data-row
                  aria-current={id === open ? "true" : undefined}
                  className="outline-none after:absolute after:inset-0"
                >
                  {visible(sentences.join(" "))}
                </Link>
                {form.note !== "" && <p className="text-12 text-text-3">{visible(form.note)}</p>}
              </div>
              <span className="shrink-0 text-12 text-text-2">
                {project === null ? words.ofOrganization : words.ofProject}
              </span>
            </div>
          </li>
        ))}
      </ul>
      <More count={limits.length} noun={words.noun} next={null} busy={false} />
    </>
  );
}
