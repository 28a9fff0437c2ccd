import type { EventTrigger, WebhookTrigger } from "@steward/sdk";
import type { Template } from "../core/expression/template.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { isSecretHeader } from "../core/redact.ts";
import type { Projects } from "../engine/projects.ts";
import type { Version, Versions } from "../engine/versions.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Scope } from "../store/scope.ts";
import { findWebhook } from "../store/triggers.ts";
import { hashWebhookToken, isWebhookToken } from "./webhook-token.ts";

/** Where an active webhook leads, with all that a delivery needs at hand. */
export interface WebhookRoute {
  readonly scope: Scope;
  /** The trigger row's UUID. */
  readonly trigger: string;
  readonly version: Version;
  readonly definition: WebhookTrigger;
  readonly keys: ProjectKeys;
  /** Null when every method is served. */
  readonly methods: ReadonlySet<string> | null;
  readonly dedupeBy: Template | null;
}

/** The same of a connector's hook, active or not: one address may be that of several. */
export interface EventRoute {
  readonly active: boolean;
  readonly scope: Scope;
  readonly trigger: string;
  readonly version: Version;
  readonly definition: EventTrigger;
  readonly keys: ProjectKeys;
}

export interface WebhookRoutes {
  /** The route behind a token when it is at hand and not older than a second: no waiting for the many. */
  peek(token: string): WebhookRoute | EventRoute | null;
  /** The same from the database; null for a token that nobody has, and for a webhook that is not active. */
  find(token: string): Promise<WebhookRoute | EventRoute | null>;
  /** Looks a flow's routes up again before they are next used. */
  forget(flow: string): void;
  /** Whether a header of this lower-case name carries a secret; remembered by name. */
  isSecret(name: string): boolean;
}

export interface WebhookRoutesOptions {
  readonly dispatch: Database;
  readonly versions: Versions;
  readonly projects: Projects;
  readonly clock: Clock;
}

const ROUTES_MAX = 10_000;
const NAMES_MAX = 5000;
/** How long a route is believed when no word of a change comes. */
const BELIEVED_MS = 1000;
/** From this age on, a route is looked up again beside its use, so that nobody waits for it. */
const RENEWED_MS = 500;

interface Held {
  readonly route: WebhookRoute | EventRoute;
  readonly atMs: number;
}

export function createWebhookRoutes(options: WebhookRoutesOptions): WebhookRoutes {
  const held = new Map<string, Held>();
  const loading = new Map<string, Promise<WebhookRoute | EventRoute | null>>();
  const secret = new Map<string, boolean>();
  let forgotten = 0;

  const load = async (token: string): Promise<WebhookRoute | EventRoute | null> => {
    const atMs = options.clock.monotonicMs();
    const before = forgotten;
    const route = await loadRoute(options, token);
    if (before !== forgotten) return route;
    held.delete(token);
    if (route !== null) held.set(token, { route, atMs });
    if (held.size > ROUTES_MAX) held.delete(held.keys().next().value!);
    return route;
  };

  const find = async (token: string): Promise<WebhookRoute | EventRoute | null> => {
    if (!isWebhookToken(token)) return null;
    const under = loading.get(token) ?? load(token);
    loading.set(token, under);
    try {
      return await under;
    } finally {
      if (loading.get(token) === under) loading.delete(token);
    }
  };

  return {
    peek(token) {
      const found = held.get(token);
      if (found === undefined) return null;
      const ageMs = options.clock.monotonicMs() - found.atMs;
      if (ageMs >= BELIEVED_MS) return null;
      // Whoever comes when the route is too old meets the same failure and tells it.
      if (ageMs >= RENEWED_MS && !loading.has(token)) void find(token).catch(() => undefined);
      return found.route;
    },
    find,
    forget(flow) {
      forgotten++; // what is being looked up now may be old already
      loading.clear();
      for (const [token, { route }] of held) if (route.version.flow === flow) held.delete(token);
    },
    isSecret(name) {
      let known = secret.get(name);
      if (known === undefined) {
        known = isSecretHeader(name);
        if (secret.size < NAMES_MAX) secret.set(name, known);
      }
      return known;
    },
  };
}

async function loadRoute(options: WebhookRoutesOptions, token: string): Promise<WebhookRoute | EventRoute | null> {
  const row = await findWebhook(options.dispatch, hashWebhookToken(token));
  if (row === null || (!row.active && row.kind !== "event")) return null;
  const scope: Scope = { organization: row.organization, project: row.project };
  const [version, { keys }] = await Promise.all([
    options.versions.get(scope, row.flow, row.version),
    options.projects.get(scope),
  ]);
  const definition = version.compiled.triggers.get(row.name);
  if (definition?.kind === "event") return { active: row.active, scope, trigger: row.id, version, definition, keys };
  if (!row.active) return null; // no version has it any more
  invariant(definition?.kind === "webhook", `version ${row.version} of flow ${row.flow} has no webhook ${row.name}`);
  return {
    scope,
    trigger: row.id,
    version,
    definition,
    keys,
    methods: definition.methods === undefined ? null : new Set(definition.methods),
    dedupeBy: version.compiled.templates.dedupeBy.get(row.name) ?? null,
  };
}
