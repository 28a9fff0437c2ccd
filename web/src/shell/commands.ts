import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Permission } from "@steward/sdk";
import { useDeferredValue } from "react";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery } from "../api/connection-queries.ts";
import { keys } from "../api/queries.ts";
import { type Session, useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { chooseTheme, THEMES } from "../theme.ts";
import { shortId } from "../ui/Copy.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import { useSignOut } from "./use-sign-out.ts";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  readonly run: () => void;
}

export interface CommandGroup {
  readonly value: string;
  readonly items: Command[];
}

const FOUND_MAX = 8;

type Navigate = ReturnType<typeof useNavigate>;

function to(id: string, label: string, icon: IconName, go: () => Promise<void>, note = ""): Command {
  return { id, label, note, icon, run: () => void go() };
}

function places(words: string, navigate: Navigate, { account, may }: Session): Command[] {
  const { shell, nav, settings, data } = say;
  const all = [
    ...(may("flow.read") ? [to("flows", nav.flows, "flows", () => navigate(paths.flows()), "G F")] : []),
    ...(may("run.read") ? [to("runs", nav.runs, "runs", () => navigate(paths.runs()), "G R")] : []),
    ...powers(navigate, may),
    ...(may("file.read") ? [to("files", data.nav.files, "folder", () => navigate(paths.files()))] : []),
    ...(may("table.read") ? [to("tables", data.nav.tables, "table", () => navigate(paths.tables()))] : []),
    ...(may("credential.read") || may("variable.read")
      ? [to("settings", nav.settings, "settings", () => navigate(paths.settings()), "G S")]
      : []),
    ...(may("key.read") ? [to("keys", settings.tabs.keys, "settings", () => navigate(paths.apiKeys()))] : []),
    to("account", shell.account, "person", () => navigate(paths.account()), "G A"),
    ...organization(navigate, may),
    ...(may("audit.read") ? audit(navigate) : []),
    ...(account.operator ? installation(navigate) : []),
  ];
  if (!/^run_[0-9a-z]{26}$/.test(words)) return all;
  return [to(words, say.palette.openRun(shortId(words)), "runs", () => navigate(paths.run(words))), ...all];
}

function powers(navigate: Navigate, may: Session["may"]): Command[] {
  const { agents, approvals, connections, grants, budgets } = say;
  return [
    ...(may("flow.read") ? [to("agents", agents.nav, "agent", () => navigate(paths.agents()))] : []),
    ...(may("approval.read") ? [to("approvals", approvals.nav, "approval", () => navigate(paths.approvals()))] : []),
    ...(may("connection.read")
      ? [
          to("connections", connections.nav, "plug", () => navigate(paths.connections())),
          to("catalogue", connections.tabs.catalogue, "plug", () => navigate(paths.catalogue()), connections.nav),
          to("imported", connections.tabs.imported, "plug", () => navigate(paths.imported()), connections.nav),
          to("receipts", connections.tabs.receipts, "plug", () => navigate(paths.receipts()), connections.nav),
          ...(may("run.read")
            ? [to("ledger", connections.tabs.outbound, "plug", () => navigate(paths.ledger()), connections.nav)]
            : []),
        ]
      : []),
    ...(may("grant.read")
      ? [
          to("grants", grants.nav, "grant", () => navigate(paths.grants())),
          to("limits", grants.tabs.limits, "grant", () => navigate(paths.limits()), grants.nav),
          to("simulator", grants.tabs.simulator, "grant", () => navigate(paths.simulator()), grants.nav),
        ]
      : []),
    ...(may("budget.read") ? [to("budgets", budgets.nav, "budget", () => navigate(paths.budgets()))] : []),
  ];
}

function organization(navigate: Navigate, may: Session["may"]): Command[] {
  const { people, shell } = say;
  const part = (needs: Permission, id: string, label: string, go: () => Promise<void>) =>
    may(needs) ? [to(id, label, "people", go, shell.organizationShort)] : [];
  return [
    to("organization", shell.organization, "people", () => navigate(paths.organization()), "G O"),
    ...part("member.read", "invitations", people.tabs.invitations, () => navigate(paths.invitations())),
    ...part("member.read", "services", people.tabs.services, () => navigate(paths.serviceAccounts())),
    ...part("organization.read", "roles", people.tabs.roles, () => navigate(paths.roles())),
    ...part("organization.read", "projects", people.tabs.projects, () => navigate(paths.projects())),
    ...part("sign_on.read", "sign-on", people.tabs.signOn, () => navigate(paths.signOn())),
    ...part("organization.read", "support", people.tabs.support, () => navigate(paths.supportAccess())),
    to(
      "general",
      people.general.palette,
      "people",
      () => navigate(paths.generalOrganization()),
      shell.organizationShort,
    ),
  ];
}

function audit(navigate: Navigate): Command[] {
  const { shell, people } = say;
  const { tabs } = people.audit;
  return [
    to("audit", shell.audit, "log", () => navigate(paths.audit())),
    to("heads", tabs.heads, "log", () => navigate(paths.auditHeads()), shell.audit),
    to("sinks", people.audit.sinks.palette, "log", () => navigate(paths.auditSinks()), shell.audit),
  ];
}

function installation(navigate: Navigate): Command[] {
  const { title, tabs } = say.people.installation;
  return [
    to("installation", title, "server", () => navigate(paths.installation())),
    to("mail", tabs.mail, "server", () => navigate(paths.mail()), title),
    to("outbound", tabs.outbound, "server", () => navigate(paths.outbound()), title),
    to("proof", tabs.proof, "server", () => navigate(paths.proof()), title),
    to("installation-audit", tabs.audit, "server", () => navigate(paths.installationAudit()), title),
  ];
}

function actions(navigate: Navigate, { may }: Session, openHelp: () => void, signOut: () => void): Command[] {
  const { settings, people, flows, data } = say;
  const make = (needs: Permission, id: string, label: string, go: () => Promise<void>) =>
    may(needs) ? [to(id, label, "plus", go)] : [];
  return [
    ...make("flow.write", "new", flows.new, () => navigate(paths.newFlow())),
    ...make("credential.write", "credential", settings.setCredential, () =>
      navigate(paths.settings({ set: "credential" })),
    ),
    ...make("variable.write", "variable", settings.setVariable, () => navigate(paths.settings({ set: "variable" }))),
    ...make("key.write", "make-key", people.keys.make, () => navigate(paths.apiKeys({ make: true }))),
    ...make("connection.write", "connect", say.connections.connect, () => navigate(paths.catalogue())),
    ...make("grant.write", "new-grant", say.grants.new, () => navigate(paths.grants({ grant: "new" }))),
    ...make("limit.write", "new-limit", say.grants.limits.new, () => navigate(paths.limits({ limit: "new" }))),
    ...make("budget.write", "new-budget", say.budgets.new, () => navigate(paths.budgets({ budget: "new" }))),
    ...make("table.design", "new-table", data.tables.new, () => navigate(paths.tables({ panel: "new" }))),
    ...make("member.write", "invite", people.members.invite, () => navigate(paths.organization({ panel: "invite" }))),
    { id: "help", label: say.keys.help, note: "?", icon: "keyboard", run: openHelp },
    ...THEMES.map((theme): Command => ({
      id: `theme-${theme}`,
      label: say.palette.theme(say.theme[theme]),
      note: "",
      icon: "sun",
      run: () => chooseTheme(theme),
    })),
    { id: "sign-out", label: say.signOut, note: "", icon: "leave", run: signOut },
  ];
}

/** What can be gone to or done for the typed words; flows are searched by the server. What is listed fits what is typed at every moment: Enter takes it. */
export function useCommands(typed: string, openHelp: () => void): CommandGroup[] {
  const client = useClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const session = useSession();
  const { may } = session;
  const words = typed.trim();
  const asked = useDeferredValue(words);
  const flows = useQuery({
    queryKey: [...keys.flows, "palette", asked],
    queryFn: ({ signal }) =>
      client.listFlows({ search: asked === "" ? undefined : asked.slice(0, 200), limit: FOUND_MAX, signal }),
    placeholderData: (before) => before,
    enabled: may("flow.read"),
  });
  const runs = useQuery({
    queryKey: [...keys.runs, "palette"],
    queryFn: ({ signal }) => client.listRuns({ limit: 50, signal }),
    enabled: may("run.read"),
  });
  const connections = useQuery({
    ...connectionChoiceQuery(client, session.here.project.id),
    enabled: may("connection.read"),
  });
  // Places and actions are few and fixed: all of them are listed. What is searched for is cut.
  const found = (commands: Command[], many = commands.length) =>
    commands
      .filter(
        ({ id, label, note }) => id === words || `${label} ${note} ${id}`.toLowerCase().includes(words.toLowerCase()),
      )
      .slice(0, many);
  const recent = (runs.data?.items ?? []).map(({ id, flow, status }) => {
    const label = say.palette.runOf(flow, shortId(id));
    return to(id, label, "runs", () => navigate(paths.run(id)), say.states[status]);
  });
  const named = (flows.data?.items ?? []).map(({ slug, name }) =>
    to(slug, visible(name), "flows", () => navigate(paths.flow(slug)), slug),
  );
  const connected = (connections.data?.items ?? []).map(({ slug, connector, status }) => {
    const open = () => navigate(paths.connections({ open: slug }));
    return to(`connection ${slug}`, visible(slug), "plug", open, `${connector} · ${say.connections.status[status]}`);
  });
  const { groups } = say.palette;
  return [
    { value: groups.go, items: found(places(words, navigate, session)) },
    { value: groups.flows, items: found(named, FOUND_MAX) },
    { value: groups.connections, items: found(connected, words === "" ? 5 : FOUND_MAX) },
    { value: groups.runs, items: found(recent, words === "" ? 5 : FOUND_MAX) },
    { value: groups.actions, items: found(actions(navigate, session, openHelp, signOut)) },
  ].filter(({ items }) => items.length > 0);
}
