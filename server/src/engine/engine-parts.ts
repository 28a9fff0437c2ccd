/** What the verbs of the engine work with; built once in `app.ts`, handed to each as its first argument. */
import type { Clock } from "../core/ports/clock.ts";
import type { CodeRunner } from "../core/ports/code-runner.ts";
import type { Database } from "../core/ports/database.ts";
import type { EventGate } from "../core/ports/events.ts";
import type { Gate } from "../core/ports/gate.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { BlobValues } from "./blob-values.ts";
import type { Journal } from "./journal.ts";
import type { LiveRun } from "./live-run.ts";
import type { Projects } from "./projects.ts";
import type { SubRuns } from "./sub-runs.ts";
import type { RunWatch } from "./watch-run.ts";
import type { Versions } from "./versions.ts";

export interface EngineLimits {
  /** Runs one worker leads at once; more are accepted into the queue. */
  readonly liveRunsMax: number;
  /** Runs waiting for a flush, beyond which new ones are refused with 429. */
  readonly backlogMax: number;
  /** Of all records of one run together, in bytes of JSON. */
  readonly runBytesMax: number;
  /** Values above this lie in the blob store. */
  readonly inlineBytesMax: number;
  /** Records of one run. */
  readonly recordsMax: number;
  /** How deep flows may call flows. */
  readonly depthMax: number;
  /** Runs of one tree that may be open at once, its first not counted. */
  readonly subRunsMax: number;
  /** How long an accepted run may stay uncommitted (R1). */
  readonly uncommittedMsMax: number;
  /** Messages that may lie in one run's inbox. */
  readonly inboxMax: number;
}

export const ENGINE_LIMITS: EngineLimits = {
  liveRunsMax: 500,
  backlogMax: 2000,
  runBytesMax: 64 * 1024 * 1024,
  inlineBytesMax: 64 * 1024,
  recordsMax: 200_000,
  depthMax: 8,
  subRunsMax: 1000,
  uncommittedMsMax: 80,
  inboxMax: 1000,
};

/** Where a process stands, where regions are set up at all (PROMISES B7). */
export interface Place {
  /** The label it stands in; null for nowhere in particular: then it leads runs of projects that are pinned nowhere. */
  readonly region: string | null;
}

/** What triggers of connectors need of the rest; absent where nothing is asked for them. */
export interface EventWorks {
  readonly gate: EventGate;
  /** The address of a trigger, from its sealed token; null where this process does not know where it is called. */
  addressOf(keys: ProjectKeys, trigger: string, token: Buffer): string | null;
}

export interface EngineParts {
  readonly database: Database;
  /** The same server as steward_dispatch: routing tables of all projects. */
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly notifications: Notifications;
  readonly projects: Projects;
  readonly versions: Versions;
  readonly gate: Gate;
  readonly events?: EventWorks;
  readonly code: CodeRunner;
  readonly blobs: BlobValues;
  readonly journal: Journal;
  readonly watch: RunWatch;
  readonly subRuns: SubRuns;
  readonly limits: EngineLimits;
  /** This worker's id as on the list of workers: another one after it was taken for gone. */
  readonly worker: string;
  /** Absent where no regions are set up: then no project is pinned, and flushes need not ask. */
  readonly place?: Place;
  /** Whether this worker's lease stands, and it could be told to stop: asked before each effect's first byte (R2, R6). */
  readonly mayAct: () => boolean;
  /** Whether this worker's lease stands (R2). */
  readonly leaseStands: () => boolean;
  readonly live: Map<string, LiveRun>;
  /** Runs accepted and not committed yet, in the order they came (R1). */
  readonly uncommitted: Set<LiveRun>;
  /** Tells this process and the others of runs. */
  readonly announce: (channel: typeof RUN_CHANNEL | typeof NEWS_CHANNEL, runs: readonly string[]) => void;
  /** Leads the run on after something has changed for it. */
  readonly advance: (run: LiveRun) => void;
  /** Lets go of a run that can't be led on here; it counts as a crash, so that one which never can is parked. */
  readonly abandon: (run: LiveRun, error: unknown) => void;
  readonly log: (message: string, error?: unknown) => void;
}

/** Channel on which processes tell each other of runs to take up, or whose inbox has something new. */
export const RUN_CHANNEL = "steward_run";
/** Channel on which the process that leads a run tells that it rests or has ended. */
export const NEWS_CHANNEL = "steward_news";
/** Ids in one word: a notification carries less than 8,000 bytes. */
export const RUNS_PER_WORD = 200;
