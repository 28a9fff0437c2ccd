/** Every page in one table; its address is made by `paths`, never written by hand. */
import { RowFilter, RunStatus } from "@steward/sdk";
import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Invitation } from "./entry/Invitation.tsx";
import { Reset } from "./entry/Reset.tsx";
import { SecondFactor } from "./entry/SecondFactor.tsx";
import { SignIn } from "./entry/SignIn.tsx";
import { SignUp } from "./entry/SignUp.tsx";
import { Verify } from "./entry/Verify.tsx";
import { FlowFilePage } from "./flows/FlowFilePage.tsx";
import { FlowList } from "./flows/FlowList.tsx";
import { FlowPage } from "./flows/FlowPage.tsx";
import { NewFlow } from "./flows/NewFlow.tsx";
import {
  type EntrySearch,
  type FilesSearch,
  type FileSearch,
  type FlowSearch,
  type FlowsSearch,
  type KeysSearch,
  type MailSearch,
  type MembersSearch,
  type OpenSearch,
  type OrganizationSearch,
  type RolesSearch,
  type AuditSearch,
  type RunSearch,
  type RunsSearch,
  type SettingsSearch,
  type SinksSearch,
  type SupportSearch,
  type TableSearch,
  type TablesSearch,
} from "./paths.ts";
import { powerRoutes } from "./power-routes.ts";
import { getParentRoute, oneOf, root, type Search, text, whole } from "./root-route.ts";
import { RunList } from "./runs/RunList.tsx";
import { RunPage } from "./runs/RunPage.tsx";
import { SettingsPage } from "./settings/SettingsPage.tsx";
import { Home } from "./shell/Home.tsx";

const entrySearch = (search: Search): EntrySearch => ({
  next: text(search["next"]),
  token: text(search["token"]),
  email: text(search["email"]),
  error: text(search["error"]),
  reason: text(search["reason"]),
});

const organizationSearch = (search: Search): OrganizationSearch => ({ organization: text(search["organization"]) });
const openSearch = (search: Search): OpenSearch => ({ ...organizationSearch(search), open: text(search["open"]) });
const entriesSearch = (search: Search) => ({
  actor: text(search["actor"]),
  action: text(search["action"]),
  target: text(search["target"]),
  flow: text(search["flow"]),
  from: text(search["from"]),
  to: text(search["to"]),
  open: text(search["open"]),
  entry: text(search["entry"]),
});

const FILTERS_MAX = 20;
/** The filters of an address; what is none is left out. */
const filtersOf = (value: unknown): RowFilter[] | undefined => {
  const list = Array.isArray(value) ? value.slice(0, FILTERS_MAX).map((one) => RowFilter.safeParse(one).data) : [];
  const filters = list.filter((one) => one !== undefined);
  return filters.length === 0 ? undefined : filters;
};

const tree = root.addChildren([
  createRoute({ getParentRoute, path: "/sign-in", component: SignIn, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/sign-up", component: SignUp, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/two-factor", component: SecondFactor, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/reset-password", component: Reset, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/verify-email", component: Verify, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/invitation", component: Invitation, validateSearch: entrySearch }),
  createRoute({ getParentRoute, path: "/", component: Home }),
  createRoute({
    getParentRoute,
    path: "/flows",
    component: FlowList,
    validateSearch: (search: Search): FlowsSearch => ({ search: text(search["search"]) }),
  }),
  createRoute({ getParentRoute, path: "/new-flow", component: NewFlow }),
  createRoute({
    getParentRoute,
    path: "/flows/$slug",
    component: FlowPage,
    validateSearch: (search: Search): FlowSearch => ({ panel: oneOf(search["panel"], "run") }),
  }),
  createRoute({
    getParentRoute,
    path: "/flows/$slug/file",
    component: FlowFilePage,
    validateSearch: (search: Search): FileSearch => ({ line: whole(search["line"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/runs",
    component: RunList,
    validateSearch: (search: Search): RunsSearch => ({
      flow: text(search["flow"]),
      status: oneOf(search["status"], ...RunStatus.options),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/runs/$id",
    component: RunPage,
    validateSearch: (search: Search): RunSearch => ({ step: whole(search["step"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/files",
    component: lazyRouteComponent(() => import("./files/FilesPage.tsx"), "FilesPage"),
    validateSearch: (search: Search): FilesSearch => ({
      folder: text(search["folder"]),
      search: text(search["search"]),
      file: text(search["file"]),
      panel: oneOf(search["panel"], "move", "new-folder"),
      move: text(search["move"]),
      view: oneOf(search["view"], "deleted"),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/tables",
    component: lazyRouteComponent(() => import("./tables/TablesPage.tsx"), "TablesPage"),
    validateSearch: (search: Search): TablesSearch => ({ panel: oneOf(search["panel"], "new") }),
  }),
  createRoute({
    getParentRoute,
    path: "/tables/$table",
    component: lazyRouteComponent(() => import("./tables/TablePage.tsx"), "TablePage"),
    validateSearch: (search: Search): TableSearch => ({
      filters: filtersOf(search["filters"]),
      sort: text(search["sort"]),
      search: text(search["search"]),
      panel: oneOf(search["panel"], "add-row", "add-column", "filter", "import", "rename"),
      column: text(search["column"]),
      row: text(search["row"]),
    }),
  }),
  ...powerRoutes,
  createRoute({
    getParentRoute,
    path: "/settings",
    component: SettingsPage,
    validateSearch: (search: Search): SettingsSearch => ({
      set: oneOf(search["set"], "credential", "variable"),
      name: text(search["name"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/settings/keys",
    component: lazyRouteComponent(() => import("./people/KeysPage.tsx"), "KeysPage"),
    validateSearch: (search: Search): KeysSearch => ({
      make: search["make"] === true ? true : undefined,
      member: text(search["member"]),
      rotate: text(search["rotate"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/account",
    component: lazyRouteComponent(() => import("./account/AccountPage.tsx"), "AccountPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/organization",
    component: lazyRouteComponent(() => import("./people/MembersPage.tsx"), "MembersPage"),
    validateSearch: (search: Search): MembersSearch => ({
      ...organizationSearch(search),
      search: text(search["search"]),
      panel: oneOf(search["panel"], "invite"),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/organization/invitations",
    component: lazyRouteComponent(() => import("./people/InvitationsPage.tsx"), "InvitationsPage"),
    validateSearch: (search: Search): Omit<MembersSearch, "search"> => ({
      ...organizationSearch(search),
      panel: oneOf(search["panel"], "invite"),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/organization/service-accounts",
    component: lazyRouteComponent(() => import("./people/ServiceAccountsPage.tsx"), "ServiceAccountsPage"),
    validateSearch: openSearch,
  }),
  createRoute({
    getParentRoute,
    path: "/organization/roles",
    component: lazyRouteComponent(() => import("./people/RolesPage.tsx"), "RolesPage"),
    validateSearch: (search: Search): RolesSearch => ({ ...organizationSearch(search), role: text(search["role"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/organization/projects",
    component: lazyRouteComponent(() => import("./people/ProjectsPage.tsx"), "ProjectsPage"),
    validateSearch: openSearch,
  }),
  createRoute({
    getParentRoute,
    path: "/organization/sign-on",
    component: lazyRouteComponent(() => import("./sign-on/SignOnPage.tsx"), "SignOnPage"),
    validateSearch: openSearch,
  }),
  createRoute({
    getParentRoute,
    path: "/organization/support",
    component: lazyRouteComponent(() => import("./people/SupportPage.tsx"), "SupportPage"),
    validateSearch: (search: Search): SupportSearch => ({
      ...organizationSearch(search),
      panel: oneOf(search["panel"], "grant"),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/organization/general",
    component: lazyRouteComponent(() => import("./people/GeneralPage.tsx"), "GeneralPage"),
    validateSearch: organizationSearch,
  }),
  createRoute({
    getParentRoute,
    path: "/audit",
    component: lazyRouteComponent(() => import("./audit/AuditPage.tsx"), "AuditPage"),
    validateSearch: (search: Search): AuditSearch => ({ ...organizationSearch(search), ...entriesSearch(search) }),
  }),
  createRoute({
    getParentRoute,
    path: "/audit/heads",
    component: lazyRouteComponent(() => import("./audit/AuditHeadsPage.tsx"), "AuditHeadsPage"),
    validateSearch: organizationSearch,
  }),
  createRoute({
    getParentRoute,
    path: "/audit/sinks",
    component: lazyRouteComponent(() => import("./audit/AuditSinksPage.tsx"), "AuditSinksPage"),
    validateSearch: (search: Search): SinksSearch => ({
      ...organizationSearch(search),
      panel: oneOf(search["panel"], "add"),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/installation",
    component: lazyRouteComponent(() => import("./installation/InstallationPage.tsx"), "InstallationPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/installation/mail",
    component: lazyRouteComponent(() => import("./installation/MailPage.tsx"), "MailPage"),
    validateSearch: (search: Search): MailSearch => ({ message: text(search["message"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/installation/outbound",
    component: lazyRouteComponent(() => import("./installation/OutboundPage.tsx"), "OutboundPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/installation/proof",
    component: lazyRouteComponent(() => import("./installation/ProofPage.tsx"), "ProofPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/installation/audit",
    component: lazyRouteComponent(() => import("./installation/InstallationAuditPage.tsx"), "InstallationAuditPage"),
    validateSearch: (search: Search): Omit<AuditSearch, "organization"> => entriesSearch(search),
  }),
]);

/** The router of the page. */
export function createPageRouter() {
  return createRouter({ routeTree: tree, scrollRestoration: false, defaultPreload: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
