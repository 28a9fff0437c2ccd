import {
  type ConnectionAuthentication,
  type Connector,
  type ConnectorAction,
  type ConnectorDetails,
  type ConnectorSummary,
  type ConnectorTrigger,
  type ModelAction,
  modelActionsOf,
} from "@steward/sdk";
import { z } from "zod";
import { listOAuthClients } from "../store/oauth-clients.ts";
import type { Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { noConnector } from "./connection-refusals.ts";

/** All there are, those first whose title has the words. */
export async function listConnectors(
  parts: ConnectionParts,
  scope: Scope,
  query: { readonly search?: string | undefined; readonly category?: string | undefined },
): Promise<readonly ConnectorSummary[]> {
  const words = (query.search ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const own = await ownClients(parts, scope);
  return (await parts.connections.connectors.list(scope))
    .filter(({ category }) => query.category === undefined || category === query.category)
    .map((connector) => ({ connector, rank: rankOf(connector, words) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank)
    .map(({ connector }) => summaryOf(parts, connector, own));
}

/** 0 where a word is nowhere in it; else the higher, the more prominent the place. */
function rankOf({ id, title, summary, keywords, actions, triggers }: Connector, words: readonly string[]): number {
  const places = [
    `${id} ${title}`,
    `${keywords.join(" ")} ${summary}`,
    [...Object.entries(actions), ...Object.entries(triggers)].map(([name, one]) => `${name} ${one.title}`).join(" "),
  ].map((text) => text.toLowerCase());
  const ranks = words.map((word) => places.length - places.findIndex((text) => text.includes(word)));
  return ranks.some((rank) => rank > places.length) ? 0 : 1 + ranks.reduce((sum, rank) => sum + rank, 0);
}

/** Throws `not_found`. */
export async function getConnector(parts: ConnectionParts, scope: Scope, id: string): Promise<ConnectorDetails> {
  const connector = await parts.connections.connectors.find(scope, id);
  if (connector === null) throw noConnector(id);
  const { actions, triggers } = connector;
  return {
    ...summaryOf(parts, connector, await ownClients(parts, scope)),
    hosts: [...connector.hosts],
    placed: connector.placed === true,
    scopes: { ...connector.scopes },
    actions: [
      ...Object.entries(actions).map(([name, action]) => showAction(`${id}.${name}`, action)),
      ...modelActionsOf(connector.models).map(([name, action]) => showAction(name, action)),
    ],
    triggers: Object.entries(triggers).map(([name, trigger]): ConnectorTrigger => {
      const { kind, title, summary, scopes, settings, sample } = trigger;
      return { id: `${id}.${name}`, kind, title, summary, scopes: [...scopes], settings: schemaOf(settings), sample };
    }),
    redirectUrl: connector.authentication.some(({ kind }) => kind === "oauth2") ? redirectUrl(parts) : null,
    setUp: [...connector.setUp],
    triedAgainst: connector.triedAgainst,
  };
}

/** Where providers send people back to. */
export function redirectUrl({ publicUrl }: Pick<ConnectionParts, "publicUrl">): string {
  return `${publicUrl}/oauth/callback`;
}

/** How a connector can be connected, the usual way first. */
export function waysOf({ authentication }: Connector): ConnectionAuthentication[] {
  return authentication.flatMap((way): ConnectionAuthentication[] =>
    way.kind === "oauth2" && way.deviceUrl !== null ? ["oauth2", "device"] : [way.kind],
  );
}

async function ownClients({ database }: ConnectionParts, scope: Scope): Promise<ReadonlySet<string>> {
  return new Set((await listOAuthClients(database, scope)).map(({ connector }) => connector));
}

function summaryOf(
  { connections }: ConnectionParts,
  connector: Connector,
  own: ReadonlySet<string>,
): Omit<ConnectorSummary, "actions" | "triggers"> & { actions: number; triggers: number } {
  const { id, title, summary, category, actions, triggers, models, ownAddress } = connector;
  return {
    id,
    title,
    summary,
    category,
    actions: Object.keys(actions).length + modelActionsOf(models).length,
    triggers: Object.keys(triggers).length,
    authentication: waysOf(connector),
    hasClient: own.has(id) || connections.installationClients.has(id),
    takesAddress: ownAddress === true,
  };
}

function showAction(id: string, action: ModelAction): ConnectorAction {
  const { title, summary, scopes, repeat, destination } = action;
  return {
    id,
    title,
    summary,
    class: action.class,
    scopes: [...scopes],
    repeat,
    destination: [...destination],
    input: schemaOf(action.input, "input"),
    output: schemaOf(action.output),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test holds samples to be JSON
    sample: action.sample as ConnectorAction["sample"],
  };
}

type JsonSchema = ConnectorAction["input"];

/** Made once for each schema, which lives as long as the program. */
const SCHEMAS = new WeakMap<z.ZodType, JsonSchema>();

function schemaOf(schema: z.ZodType, io: "input" | "output" = "input"): JsonSchema {
  const known = SCHEMAS.get(schema);
  if (known !== undefined) return known;
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON Schema is JSON
  const plain = JSON.parse(JSON.stringify(made)) as JsonSchema;
  SCHEMAS.set(schema, plain);
  return plain;
}
