/** Every action there can be a grant for: those that connectors declare, their events among them, and the program's own. */
import type { Connector } from "@steward/sdk";
import type { ConnectionRef } from "../policy/decision.ts";
import type { KnownAction } from "./known-action.ts";
import { KNOWN_MODEL_ACTIONS, knownModelActionsOf } from "./model-actions.ts";
import { OWN_ACTIONS } from "./own-actions.ts";

export interface KnownActions {
  readonly all: readonly KnownAction[];
  /** `gmail.send`; null when there is none. */
  find(id: string): KnownAction | null;
  /** What can be done with a connection of that connector, with a credential, or, without either, at all. */
  of(about: { readonly kind: ConnectionRef["kind"]; readonly connector: string | null } | null): readonly KnownAction[];
  /** `Gmail`; null when there is none. */
  connectorTitle(connector: string): string | null;
}

/** Made once of the catalogue of connectors. */
export function knownActions(connectors: readonly Connector[]): KnownActions {
  const all = [...OWN_ACTIONS, ...KNOWN_MODEL_ACTIONS, ...connectors.flatMap(actionsOf)];
  const byId = new Map(all.map((action) => [action.id, action]));
  const models = new Map(connectors.map((connector) => [connector.id, knownModelActionsOf(connector.models)]));
  const titles = new Map(connectors.map(({ id, title }) => [id, title]));
  return {
    all,
    find: (id) => byId.get(id) ?? null,
    of(about) {
      if (about === null) return all;
      if (about.kind === "credential") return all.filter((action) => action.usesCredential);
      const { connector } = about;
      const own = all.filter((action) => action.connector === connector && !KNOWN_MODEL_ACTIONS.includes(action));
      return connector === null ? own : [...own, ...(models.get(connector) ?? [])];
    },
    connectorTitle: (connector) => titles.get(connector) ?? null,
  };
}

function actionsOf(connector: Connector): readonly KnownAction[] {
  const actions = Object.entries(connector.actions).map(([name, action]) => ({
    id: `${connector.id}.${name}`,
    title: action.title,
    connector: connector.id,
    usesCredential: false,
    classes: [action.class],
    destination: action.destination,
    input: action.input,
    classOf: () => action.class,
  }));
  return [...actions, ...eventsOf(connector)];
}

/** No event has the name of an action of its connector. */
function eventsOf({ id, triggers }: Connector): readonly KnownAction[] {
  return Object.entries(triggers).map(([name, { title, settings }]) => ({
    id: `${id}.${name}`,
    title,
    connector: id,
    usesCredential: false,
    isEvent: true,
    classes: ["read"],
    destination: [],
    input: settings,
    classOf: () => "read",
  }));
}
