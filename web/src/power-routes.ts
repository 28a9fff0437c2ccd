/** Pages of what flows may do: connections, grants, approvals, budgets. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type {
  ApprovalsSearch,
  BudgetsSearch,
  CatalogueSearch,
  ConnectionsSearch,
  GrantsSearch,
  LimitsSearch,
  ReceiptsSearch,
  SimulatorSearch,
} from "./paths.ts";
import { getParentRoute, oneOf, type Search, text } from "./root-route.ts";

export const powerRoutes = [
  createRoute({
    getParentRoute,
    path: "/approve/$token",
    component: lazyRouteComponent(() => import("./approvals/ApproveByLink.tsx"), "ApproveByLink"),
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
