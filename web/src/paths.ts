/** Every address of the page as a function: `<Link {...paths.run(id)}>`, `navigate(paths.flows())`. */
import type { RunStatus } from "@steward/sdk";

export interface FlowsSearch {
  readonly search?: string | undefined;
}
export interface FlowSearch {
  readonly panel?: "run" | undefined;
}
export interface FileSearch {
  readonly line?: number | undefined;
}
export interface RunsSearch {
  readonly flow?: string | undefined;
  readonly status?: RunStatus | undefined;
}
export interface RunSearch {
  /** The sequence number of the step record in focus. */
  readonly step?: number | undefined;
}
export interface SettingsSearch {
  readonly set?: "credential" | "variable" | undefined;
  /** The slug or name that is set again. */
  readonly name?: string | undefined;
}

export const paths = {
  flows: (search: FlowsSearch = {}) => ({ to: "/flows", search }) as const,
  newFlow: () => ({ to: "/new-flow" }) as const,
  flow: (slug: string, search: FlowSearch = {}) => ({ to: "/flows/$slug", params: { slug }, search }) as const,
  flowFile: (slug: string, search: FileSearch = {}) => ({ to: "/flows/$slug/file", params: { slug }, search }) as const,
  runs: (search: RunsSearch = {}) => ({ to: "/runs", search }) as const,
  run: (id: string, search: RunSearch = {}) => ({ to: "/runs/$id", params: { id }, search }) as const,
  settings: (search: SettingsSearch = {}) => ({ to: "/settings", search }) as const,
};
