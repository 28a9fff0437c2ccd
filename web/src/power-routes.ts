/** Agents, and pages of what flows and agents may do: connections, grants, approvals, budgets. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type {
  AgentSearch,
  AgentsSearch,
  ApprovalsSearch,
  BudgetsSearch,
  CatalogueSearch,
  ConnectionsSearch,
  GrantsSearch,
  ImportedSearch,
  LimitsSearch,
  OutboundSearch,
  ReceiptsSearch,
  SimulatorSearch,
} from "./paths.ts";
import { getParentRoute, oneOf, type Search, text } from "./root-route.ts";

export const powerRoutes = [
  createRoute({
    getParentRoute,
    path: "/agents",
    component: lazyRouteComponent(() => import("./agents/AgentsPage.tsx"), "AgentsPage"),
    validateSearch: (search: Search): AgentsSearch => ({ panel: oneOf(search["panel"], "new") }),
  }),
  createRoute({
    getParentRoute,
    path: "/agents/$slug",
    component: lazyRouteComponent(() => import("./agents/AgentPage.tsx"), "AgentPage"),
    validateSearch: (search: Search): AgentSearch => ({ panel: oneOf(search["panel"], "try") }),
  }),
  createRoute({
    getParentRoute,
    path: "/approve",
    component: lazyRouteComponent(() => import("./approvals/ApproveByLink.tsx"), "ApproveByLink"),
  }),
  createRoute({
    getParentRoute,
    path: "/approve/$token",
    component: lazyRouteComponent(() => import("./approvals/ApproveByLink.tsx"), "ApproveByOldLink"),
  }),
  createRoute({
    getParentRoute,
    path: "/approvals",
    component: lazyRouteComponent(() => import("./approvals/ApprovalsPage.tsx"), "ApprovalsPage"),
    validateSearch: (search: Search): ApprovalsSearch => ({
      view: oneOf(search["view"], "open", "all"),
      flow: text(search["flow"]),
      approval: text(search["approval"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/connections",
    component: lazyRouteComponent(() => import("./connections/ConnectionsPage.tsx"), "ConnectionsPage"),
    validateSearch: (search: Search): ConnectionsSearch => ({
      open: text(search["open"]),
      connected: search["connected"] === true || text(search["connected"]) === "1" ? true : undefined,
      problem: text(search["problem"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/connections/catalogue",
    component: lazyRouteComponent(() => import("./connections/CataloguePage.tsx"), "CataloguePage"),
    validateSearch: (search: Search): CatalogueSearch => ({
      search: text(search["search"]),
      connector: text(search["connector"]),
      slug: text(search["slug"]),
      actions: text(search["actions"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/connections/imported",
    component: lazyRouteComponent(() => import("./connections/ImportedPage.tsx"), "ImportedPage"),
    validateSearch: (search: Search): ImportedSearch => ({
      search: text(search["search"]),
      connector: text(search["connector"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/connections/outbound",
    component: lazyRouteComponent(() => import("./connections/OutboundPage.tsx"), "OutboundPage"),
    validateSearch: (search: Search): OutboundSearch => ({
      host: text(search["host"]),
      flow: text(search["flow"]),
      connection: text(search["connection"]),
      cause: text(search["cause"]),
      refused: search["refused"] === true ? true : undefined,
      from: text(search["from"]),
      to: text(search["to"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/connections/receipts",
    component: lazyRouteComponent(() => import("./connections/ReceiptsPage.tsx"), "ReceiptsPage"),
    validateSearch: (search: Search): ReceiptsSearch => ({ open: text(search["open"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/grants",
    component: lazyRouteComponent(() => import("./grants/GrantsPage.tsx"), "GrantsPage"),
    validateSearch: (search: Search): GrantsSearch => ({
      to: text(search["to"]),
      actions: text(search["actions"]),
      connection: text(search["connection"]),
      credential: text(search["credential"]),
      ended: search["ended"] === true ? true : undefined,
      grant: text(search["grant"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/grants/limits",
    component: lazyRouteComponent(() => import("./grants/LimitsPage.tsx"), "LimitsPage"),
    validateSearch: (search: Search): LimitsSearch => ({ limit: text(search["limit"]) }),
  }),
  createRoute({
    getParentRoute,
    path: "/grants/simulator",
    component: lazyRouteComponent(() => import("./grants/SimulatorPage.tsx"), "SimulatorPage"),
    validateSearch: (search: Search): SimulatorSearch => ({
      principal: text(search["principal"]),
      connection: text(search["connection"]),
      credential: text(search["credential"]),
      action: text(search["action"]),
    }),
  }),
  createRoute({
    getParentRoute,
    path: "/budgets",
    component: lazyRouteComponent(() => import("./budgets/BudgetsPage.tsx"), "BudgetsPage"),
    validateSearch: (search: Search): BudgetsSearch => ({ budget: text(search["budget"]) }),
  }),
] as const;
