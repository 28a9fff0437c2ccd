/** What a flow file uses that somebody has to set up first, and what of it is missing. Pure. */
import { takesIn } from "../grants/own-actions.ts";

export interface FlowUses {
  /** What each connection is used for: actions and events. */
  readonly connections: ReadonlyMap<string, ReadonlySet<string>>;
  readonly variables: ReadonlySet<string>;
}

export interface Had {
  readonly connections: readonly { readonly slug: string; readonly status: string }[];
  readonly grants: readonly {
    readonly stands: boolean;
    readonly form: {
      readonly to: string;
      readonly connection?: string | undefined;
      readonly lines: readonly { readonly actions: readonly string[] }[];
    };
  }[];
  readonly variables: readonly { readonly name: string }[];
}

export type Need =
  | { readonly kind: "variable"; readonly name: string }
  /** By whichever connector; null where any that has models does. */
  | {
      readonly kind: "connection";
      readonly slug: string;
      readonly connector: string | null;
      readonly actions: readonly string[];
    }
  | { readonly kind: "renewal"; readonly slug: string }
  | { readonly kind: "grant"; readonly slug: string; readonly actions: readonly string[] };

const OF_MODELS: Readonly<Record<string, string>> = { model: "model.generate", embed: "model.embed" };
/** What goes to a provider as it is, and a channel in which people are asked: that takes grants of another principal. */
const NOT_OURS: ReadonlySet<string> = new Set(["arguments", "slack"]);
/** Which class an action is of takes its connector to know: a line that takes in any may take it in. */
const ANY_CLASS = ["read", "write", "delete"];

export function usesOf(file: unknown): FlowUses {
  const connections = new Map<string, Set<string>>();
  const gather = (value: unknown, kind: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value) gather(each, kind);
      return;
    }
    const { connection, action, event, kind: own }: Readonly<Record<string, unknown>> = { ...value };
    if (typeof connection === "string" && connection !== "me") {
      const actions = connections.get(connection) ?? new Set();
      for (const one of [action, event, OF_MODELS[kind]]) if (typeof one === "string") actions.add(one);
      connections.set(connection, actions);
    }
    for (const [name, each] of Object.entries(value))
      if (!NOT_OURS.has(name)) gather(each, typeof own === "string" ? own : kind);
  };
  gather(file, "");
  const names = JSON.stringify(file ?? null).matchAll(/\bvars\.([A-Za-z_]\w*)/g);
  return { connections, variables: new Set(Array.from(names, ([, name = ""]) => name)) };
}

/** What of it is missing, in the order in which it is to be set up. */
export function needsOf(flow: string, { connections, variables }: FlowUses, had: Had): readonly Need[] {
  const needs: Need[] = [...variables]
    .filter((name) => had.variables.every((one) => one.name !== name))
    .map((name) => ({ kind: "variable", name }));
  for (const [slug, actions] of connections) {
    const found = had.connections.find((one) => one.slug === slug && one.status !== "disconnected");
    if (found === undefined)
      needs.push({ kind: "connection", slug, connector: connectorOf(actions), actions: [...actions] });
    else if (found.status !== "active") needs.push({ kind: "renewal", slug });
    const ungranted = [...actions].filter((action) => !isGranted(flow, slug, action, had.grants));
    if (found !== undefined && ungranted.length > 0) needs.push({ kind: "grant", slug, actions: ungranted });
  }
  return needs;
}

function connectorOf(actions: ReadonlySet<string>): string | null {
  const [connector = "model"] = [...actions].map((action) => action.split(".")[0] ?? "");
  return connector === "model" ? null : connector;
}

function isGranted(flow: string, slug: string, id: string, grants: Had["grants"]): boolean {
  return grants.some(
    ({ stands, form: { to, connection, lines } }) =>
      stands &&
      connection === slug &&
      (to === "project" || to === `flow:${flow}`) &&
      lines.some(({ actions }) => actions.some((pattern) => takesIn(pattern, { id, classes: ANY_CLASS }))),
  );
}
