import { createHash } from "node:crypto";
import type { CompiledFlow, GraphStep } from "../core/flow/graph.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { StepKinds } from "../core/step-kind.ts";
import type { Projects } from "../engine/projects.ts";
import type { Version, Versions } from "../engine/versions.ts";
import { findFlowVersion } from "../store/flow-versions.ts";
import { findFlow } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { compileInTurns } from "./compile-in-turns.ts";
import { openDefinition } from "./sealed-flow.ts";

export interface VersionsOptions {
  readonly database: Database;
  readonly projects: Projects;
  readonly kinds: StepKinds;
  readonly clock: Clock;
  /** Compiled versions held at once; 500 unless given. The one not used for longest goes first. */
  readonly versionsMax?: number;
}

const VERSIONS_MAX = 500;
const SLUGS_MAX = 10_000;
/** How long a slug's published version is believed when no word of a change comes. */
const BELIEVED_MS = 1000;

interface Held {
  readonly project: string;
  readonly version: Version;
}

interface Published {
  readonly version: Version;
  readonly atMs: number;
}

/** Versions from the database, each opened and compiled once. Within a project: another project's ids find nothing. */
export function createVersions(options: VersionsOptions): Versions {
  const max = options.versionsMax ?? VERSIONS_MAX;
  const held = new Map<string, Held>();
  const loading = new Map<string, Promise<Version>>();
  const slugs = new Map<string, Published>();
  const looking = new Map<string, Promise<Version | null>>();
  let forgotten = 0;

  const hold = async (scope: Scope, flow: string, number: number): Promise<Version> => {
    const version = await loadVersion(options, scope, flow, number);
    held.set(keyOf(flow, number), { project: scope.project, version });
    if (held.size > max) held.delete(held.keys().next().value!);
    return version;
  };

  const get = async (scope: Scope, flow: string, number: number): Promise<Version> => {
    const key = keyOf(flow, number);
    const found = held.get(key);
    if (found?.project === scope.project) {
      held.delete(key);
      held.set(key, found);
      return found.version;
    }
    const own = `${scope.project}/${key}`;
    const under = loading.get(own) ?? hold(scope, flow, number).finally(() => loading.delete(own));
    loading.set(own, under);
    return await under;
  };

  const look = async (scope: Scope, slug: string, key: string): Promise<Version | null> => {
    const atMs = options.clock.monotonicMs();
    const before = forgotten;
    const row = await findFlow(options.database, scope, slug);
    if (row === null || row.version === null) return null;
    const version = await get(scope, row.id, row.version);
    if (before === forgotten) slugs.set(key, { version, atMs });
    if (slugs.size > SLUGS_MAX) slugs.delete(slugs.keys().next().value!);
    return version;
  };

  return {
    get,
    peek: (flow, number) => held.get(keyOf(flow, number))?.version ?? null,
    async published(scope, slug) {
      const key = `${scope.project}/${slug}`;
      const known = slugs.get(key);
      if (known && options.clock.monotonicMs() - known.atMs < BELIEVED_MS) return known.version;
      slugs.delete(key);
      const under = looking.get(key) ?? look(scope, slug, key);
      looking.set(key, under);
      try {
        return await under;
      } finally {
        if (looking.get(key) === under) looking.delete(key);
      }
    },
    forget(flow) {
      forgotten++; // what is being looked up now may be old already
      looking.clear();
      for (const [key, { version }] of slugs) if (version.flow === flow) slugs.delete(key);
    },
  };
}

const keyOf = (flow: string, version: number): string => `${flow}/${version}`;

async function loadVersion(options: VersionsOptions, scope: Scope, flow: string, number: number): Promise<Version> {
  const { keys } = await options.projects.get(scope);
  const row = await inScope(options.database, scope, (tx) => findFlowVersion(tx, scope.project, flow, number));
  invariant(row !== null, `version ${number} of flow ${flow} is not there`);
  const file = openDefinition(keys, flow, number, row.definition);
  const { flow: compiled, problems } = await compileInTurns(file, options.kinds);
  invariant(
    problems.length === 0,
    `version ${number} of flow ${flow} was published and has problems now: ${problems[0]?.field} ${problems[0]?.message}`,
  );
  return {
    flow,
    slug: row.slug,
    isAgent: row.kind === "agent",
    number,
    compiled,
    codeKeys: codeKeysOf(compiled),
  };
}

/** Digests of the programs as they run, after types are stripped: equal texts in two languages may differ then. */
function codeKeysOf(compiled: CompiledFlow): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const step of compiled.steps.values()) {
    if (step.kind.kind !== "code") continue;
    keys.set(step.id, createHash("sha256").update(sourceOf(step)).digest("hex"));
  }
  return keys;
}

function sourceOf({ id, prepared }: GraphStep): string {
  const isProgram = typeof prepared === "object" && prepared !== null && "source" in prepared;
  invariant(isProgram && typeof prepared.source === "string", `the code step ${id} has no program`);
  return prepared.source;
}
