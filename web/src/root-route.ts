/** The root of every page, and how the search of an address is read. */
import { createRootRoute, retainSearchParams } from "@tanstack/react-router";
import { Broken } from "./shell/Broken.tsx";
import { NotFound } from "./shell/NotFound.tsx";
import { Root } from "./shell/Root.tsx";

export type Search = Record<string, unknown>;
export const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;
export const whole = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
export const oneOf = <const T extends string>(value: unknown, ...choices: readonly T[]) =>
  choices.find((choice) => choice === value);

export const root = createRootRoute({
  component: Root,
  validateSearch: (search: Search): { project?: string | undefined } => ({ project: text(search["project"]) }),
  // Every link keeps the project that its page is in, so that an address can be shared.
  search: { middlewares: [retainSearchParams(["project"])] },
  notFoundComponent: NotFound,
  errorComponent: Broken,
});
export const getParentRoute = () => root;
