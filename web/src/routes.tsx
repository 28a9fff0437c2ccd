/** Every page in one table; its address is made by `paths`, never written by hand. */
import { RunStatus } from "@steward/sdk";
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { FlowFilePage } from "./flows/FlowFilePage.tsx";
import { FlowList } from "./flows/FlowList.tsx";
import { FlowPage } from "./flows/FlowPage.tsx";
import { NewFlow } from "./flows/NewFlow.tsx";
import {
  type FileSearch,
  type FlowSearch,
  type FlowsSearch,
  paths,
  type RunSearch,
  type RunsSearch,
  type SettingsSearch,
} from "./paths.ts";
import { RunList } from "./runs/RunList.tsx";
import { RunPage } from "./runs/RunPage.tsx";
import { SettingsPage } from "./settings/SettingsPage.tsx";
import { Broken } from "./shell/Broken.tsx";
import { NotFound } from "./shell/NotFound.tsx";
import { Shell } from "./shell/Shell.tsx";

type Search = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);
const whole = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
const oneOf = <const T extends string>(value: unknown, ...choices: readonly T[]) =>
  choices.find((choice) => choice === value);

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken });
const getParentRoute = () => root;

const tree = root.addChildren([
  createRoute({
    getParentRoute,
    path: "/",
    beforeLoad: () => {
      throw redirect({ ...paths.flows(), replace: true });
    },
  }),
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
    path: "/settings",
    component: SettingsPage,
    validateSearch: (search: Search): SettingsSearch => ({
      set: oneOf(search["set"], "credential", "variable"),
      name: text(search["name"]),
    }),
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
