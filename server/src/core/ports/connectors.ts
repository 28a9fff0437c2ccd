import type { Connector } from "@steward/sdk";

export interface ConnectorPlace {
  readonly organization: string;
  readonly project: string;
}

/** The connectors of a project: the program's own, and those that the project has imported. */
export interface Connectors {
  /** Null when there is none by that id. */
  find(place: ConnectorPlace, id: string): Promise<Connector | null>;
  /** All of them, in the order in which they are shown. */
  list(place: ConnectorPlace): Promise<readonly Connector[]>;
}

/** The program's own first, `imported` after them; an id is one of either. */
export function connectorsOf(own: readonly Connector[], imported?: Connectors): Connectors {
  const byId = new Map(own.map((connector) => [connector.id, connector]));
  return {
    find: async (place, id) => byId.get(id) ?? (await imported?.find(place, id)) ?? null,
    list: async (place) => [...own, ...((await imported?.list(place)) ?? [])],
  };
}
