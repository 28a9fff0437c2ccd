import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { approvalCountQuery } from "../api/approval-queries.ts";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { IconButton } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { ProjectSwitch } from "./ProjectSwitch.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";

const ITEM =
  "flex h-8 items-center gap-2.5 rounded-md px-2 text-13 font-medium text-text-2 transition-colors hover:bg-surface-2 hover:text-text-1 aria-[current=page]:bg-surface-3/70 aria-[current=page]:text-text-1 max-md:gap-1 max-md:px-1";

/** The narrow rail at the left (a bar on top on a phone): the project, its places, the theme. */
export function Rail({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }) {
  const { may } = useSession();
  const places = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    // On a phone the places are a row that scrolls.
    const links = [...(places.current?.querySelectorAll("a") ?? [])];
    const open = links.find((one) => `${pathname}/`.startsWith(`${one.pathname}/`));
    open?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  const settings = may("credential.read") || may("variable.read") ? paths.settings() : paths.apiKeys();
  return (
    <header className="flex shrink-0 gap-1 border-line bg-surface-1 max-md:items-center max-md:border-b max-md:px-2 max-md:py-1.5 md:w-[216px] md:flex-col md:border-r md:p-3">
      <div className="flex h-8 min-w-0 items-center gap-2.5 px-1 max-md:shrink-0 md:mb-2">
        <img src="/icon.svg" alt="" className="size-6 shrink-0" />
        <ProjectSwitch />
      </div>
      <button
        type="button"
        onClick={openPalette}
        className="flex h-8 items-center gap-2.5 rounded-md border border-line bg-surface-0 px-2 text-13 text-text-3 hover:text-text-1 max-md:order-last max-md:ml-auto max-md:shrink-0 max-md:border-transparent max-md:bg-transparent md:mb-2"
      >
        <Icon name="search" />
        <span className="flex-1 text-left max-md:sr-only">{say.palette.open}</span>
        <Kbd keys="mod+k" />
      </button>
      <nav
        ref={places}
        aria-label={say.nav.label}
        className="flex gap-0.5 max-md:min-w-0 max-md:gap-0 max-md:overflow-x-auto max-md:[scrollbar-width:none] md:flex-col"
      >
        {may("flow.read") && (
          <Link {...paths.flows()} activeOptions={{ includeSearch: false }} className={ITEM}>
            <Icon name="flows" className="max-md:hidden" />
            {say.nav.flows}
          </Link>
        )}
        {may("flow.read") && (
          <Link {...paths.agents()} activeOptions={{ includeSearch: false }} className={ITEM}>
            <Icon name="agent" className="max-md:hidden" />
            {say.agents.nav}
          </Link>
        )}
        {may("run.read") && (
          <Link {...paths.runs()} activeOptions={{ includeSearch: false }} className={ITEM}>
            <Icon name="runs" className="max-md:hidden" />
            {say.nav.runs}
          </Link>
        )}
        {may("approval.read") && <RailApprovals />}
        <RailPowers />
        <RailData />
        {(settings.to !== "/settings/keys" || may("key.read")) && (
          <Link {...settings} activeOptions={{ includeSearch: false }} className={ITEM}>
            <Icon name="settings" className="max-md:hidden" />
            {say.nav.settings}
          </Link>
        )}
      </nav>
      <div className="flex gap-2 max-md:order-last max-md:shrink-0 md:mt-auto md:flex-col">
        <AccountMenu />
        <div className="flex items-center justify-between gap-2 max-md:hidden">
          <ThemeSwitch />
          <IconButton icon="keyboard" label={say.keys.title} onClick={openHelp} />
        </div>
      </div>
    </header>
  );
}

/** The inbox, with how many wait for the person. */
function RailApprovals() {
  const { here } = useSession();
  const { data } = useQuery(approvalCountQuery(useClient(), here.project.id));
  const mine = data?.mine ?? 0;
  const { nav, waiting, waitingShort } = say.approvals;
  return (
    <Link {...paths.approvals()} activeOptions={{ includeSearch: false }} className={ITEM}>
      <Icon name="approval" className="max-md:hidden" />
      <span className="md:flex-1">{nav}</span>
      {mine > 0 && (
        <span className="rounded-sm bg-waiting/15 px-1.5 text-12 font-medium text-text-1 tabular-nums">
          <span aria-hidden>{waitingShort(mine)}</span>
          <span className="sr-only">{waiting(mine)}</span>
        </span>
      )}
    </Link>
  );
}

/** What its flows may do and spend. */
function RailPowers() {
  const { may } = useSession();
  const { grants, budgets, connections } = say;
  if (!may("connection.read") && !may("grant.read") && !may("budget.read")) return null;
  return (
    <div role="group" aria-label={grants.group} className="flex gap-0.5 max-md:gap-0 md:flex-col">
      <p aria-hidden className="px-2 pt-2 text-12 font-medium text-text-3 max-md:hidden">
        {grants.group}
      </p>
      {may("connection.read") && (
        <Link {...paths.connections()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="plug" className="max-md:hidden" />
          {connections.nav}
        </Link>
      )}
      {may("grant.read") && (
        <Link {...paths.grants()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="grant" className="max-md:hidden" />
          {grants.nav}
        </Link>
      )}
      {may("budget.read") && (
        <Link {...paths.budgets()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="budget" className="max-md:hidden" />
          {budgets.nav}
        </Link>
      )}
    </div>
  );
}

/** What the project keeps: its files and its tables. */
function RailData() {
  const { may } = useSession();
  const { nav } = say.data;
  if (!may("file.read") && !may("table.read")) return null;
  return (
    <div role="group" aria-label={nav.label} className="flex gap-0.5 max-md:gap-0 md:flex-col md:pb-2">
      <p aria-hidden className="px-2 pt-2 text-12 font-medium text-text-3 max-md:hidden">
        {nav.label}
      </p>
      {may("file.read") && (
        <Link {...paths.files()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="folder" className="max-md:hidden" />
          {nav.files}
        </Link>
      )}
      {may("table.read") && (
        <Link {...paths.tables()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="table" className="max-md:hidden" />
          {nav.tables}
        </Link>
      )}
    </div>
  );
}
