/** What the HTTP API takes and gives, resource by resource. The server validates with these, the client is typed by them. */
import { z } from "zod";
import { Identifier, Slug } from "./flow-file.ts";

/**
 * JSON in a request: whoever reads the body has shown by then that it is, and walking it again value by value would
 * keep the server from others for a second at 5 MB.
 */
const AnyJson: z.ZodType<z.core.util.JSONType, z.core.util.JSONType> = z.any();

export const RunId = z.string().regex(/^run_[0-9a-z]{26}$/);
export const Time = z.iso.datetime();
export const Cursor = z.string().max(200);

export const RunStatus = z.enum([
  "queued",
  "running",
  "waiting",
  "in_doubt",
  "parked",
  "completed",
  "failed",
  "cancelled",
]);

/** What went wrong: `code` is stable, `message` says what happened and what to do, `step` where. */
export const RunError = z.object({
  code: z.string(),
  message: z.string(),
  step: z.string().optional(),
  path: z.array(z.int()).optional(),
  details: z.json().optional(),
});

export const Usage = z.object({
  steps: z.int(),
  effects: z.int(),
  bytes: z.int(),
  /** Of models, in and out together. */
  tokens: z.int(),
  /** Of what had a price, in the currency of the first that had one; null where nothing had. */
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** What else it cost in other currencies, of one run that is asked for; left out where it did not. */
  otherCosts: z.array(z.object({ amount: z.number(), currency: z.string() })).optional(),
});

export const Run = z.object({
  id: RunId,
  flow: Slug,
  version: z.int(),
  status: RunStatus,
  trigger: z.string(),
  /** What the run's expressions see as `trigger`: of a webhook its method, headers, query and body. */
  input: z.json().nullable(),
  output: z.json().nullable(),
  error: RunError.nullable(),
  retryOf: RunId.nullable(),
  parent: RunId.nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  usage: Usage,
});

/** A run as lists show it: without what it carries. */
export const RunSummary = Run.omit({ input: true, output: true });

export const StepStatus = z.enum(["running", "waiting", "in_doubt", "done", "failed", "skipped", "cancelled"]);

/** One attempt of one step; `path` holds the iteration of each loop around it, outermost first. */
export const StepRecord = z.object({
  seq: z.int(),
  step: Identifier,
  path: z.array(z.int()),
  attempt: z.int(),
  status: StepStatus,
  input: z.json().nullable(),
  output: z.json().nullable(),
  error: RunError.nullable(),
  startedAt: Time,
  durationMs: z.number().nullable(),
  copied: z.boolean(),
  /** `apr_…`: the last approval that it asked for. */
  approval: z.string().nullable(),
});

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  hint: z.string(),
});

export const DraftProblem = z.object({
  field: z.string(),
  line: z.int().nullable(),
  step: z.string().nullable(),
  message: z.string(),
});

export const Flow = z.object({
  slug: Slug,
  name: z.string(),
  paused: z.boolean(),
  /** What ended, for which it was paused; null where it runs, or a person paused it. */
  pausedBecause: z
    .object({ ended: z.enum(["connection", "credential", "grant"]), name: z.string(), at: Time })
    .nullable(),
  version: z.int().nullable(),
  draftDiffers: z.boolean(),
  createdAt: Time,
  updatedAt: Time,
});

/** A trigger of a connector, and how it stands. */
export const FlowEvent = z.object({
  trigger: z.string(),
  /** `gmail.new_mail` */
  event: z.string(),
  connection: z.string(),
  /** `poll`: it is asked for every so often; `hook`: the provider tells. Null until it was looked at. */
  kind: z.enum(["poll", "hook"]).nullable(),
  /** `by_hand`: a person has to do `steps` at the provider; `failing`: the provider is asked again at `nextAt`. */
  status: z.enum(["starting", "active", "by_hand", "paused", "failing"]),
  /** Why it is paused or failing: `flow_paused`, `not_granted`, `disconnected`, `reauth_required`, or a code of docs/errors.md. */
  why: z.string().nullable(),
  error: z.string().nullable(),
  /** When the provider was last heard. */
  lastAt: Time.nullable(),
  nextAt: Time.nullable(),
  /** Deliveries that were not let in. */
  refused: z.int(),
  /** What the provider is to be told, where a person tells it. */
  url: z.string().nullable(),
  steps: z.array(z.string()),
});

/** What a trigger would have started now. */
export const TriedTrigger = z.object({
  /** Why nothing could be asked; null where it was. */
  refused: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Five at most; nothing was started by them, and they are still to come. */
  events: z.array(z.object({ key: z.string(), data: z.json() })),
  /** What an event looks like, by the connector. */
  sample: z.json(),
});

export const FlowDetail = Flow.extend({
  draft: z.json(),
  problems: z.array(DraftProblem),
  webhooks: z.array(z.object({ trigger: z.string(), url: z.string() })),
  schedules: z.array(z.object({ trigger: z.string(), nextAt: Time.nullable(), lastDue: Time.nullable() })),
  events: z.array(FlowEvent),
});

export const Draft = z.object({ slug: Slug, name: z.string(), problems: z.array(DraftProblem) });

export const Published = z.object({
  version: z.int(),
  webhooks: z.array(z.object({ trigger: z.string(), url: z.string() })),
  events: z.array(FlowEvent),
});

/** What was published of an agent. */
export const PublishedAgent = Published.extend({
  /** What it can't do yet, a sentence each: a tool or model that no grant covers. */
  hints: z.array(z.string()),
});

export const Version = z.object({ version: z.int(), publishedAt: Time });

export const StartRun = z.strictObject({
  input: AnyJson.optional(),
  wait: z.number().min(0).max(30).optional(),
  /** Steps with a pinned output give that instead of running. */
  pinned: z.boolean().optional(),
});

/** What an agent is told: a message, or what its `input` describes. */
export const StartTurn = z
  .strictObject({
    message: z.string().min(1).max(1_000_000).optional(),
    input: AnyJson.optional(),
    wait: z.number().min(0).max(30).optional(),
  })
  .refine(({ message, input }) => message === undefined || input === undefined, {
    error: "give a message or an input, not both",
    path: ["message"],
  });

export const RetryRun = z.strictObject({ from: Identifier.optional() });

export const ResolveEffect = z.strictObject({
  step: Identifier.optional(),
  path: z.array(z.int().min(0)).max(32).optional(),
  how: z.enum(["done", "repeat", "fail"]),
  result: AnyJson.optional(),
});

export const SendEvent = z.strictObject({ name: z.string().min(1).max(200), data: AnyJson.optional() });

export const PutCredential = z.strictObject({
  kind: z.enum(["bearer", "basic", "header", "secret"]),
  secret: z.string().min(1).max(4096),
  user: z.string().max(1000).optional(),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/)
    .optional(),
  hosts: z.array(z.string().min(1).max(260)).max(50).default([]),
  flows: z
    .array(Slug)
    .max(50)
    .default([])
    .describe("Who may use it from when it is set, as grants that are made with it; every flow when none is named."),
});

/** A credential as it is ever shown: its secret never is. */
export const Credential = z.object({
  slug: Slug,
  kind: z.enum(["bearer", "basic", "header", "secret"]),
  hosts: z.array(z.string()),
  setAt: Time,
  setBy: z.string(),
});

export const PutVariable = z.strictObject({ value: AnyJson });
export const Variable = z.object({ name: Identifier, value: z.json(), setAt: Time });

export const Example = z.object({ slug: Slug, name: z.string(), description: z.string(), file: z.json() });

export const Me = z.object({
  organization: z.string(),
  organizationId: z.string(),
  project: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  /** The key, or the member whose session it is. */
  principal: z.string(),
  member: z.string(),
  /** What the caller may do in this project and its organization. */
  permissions: z.array(z.string()),
});

/** A one-time link into the page. */
export const SessionLink = z.object({ url: z.url(), expiresAt: Time });

/** A page of a list; `next` goes into `?cursor=` and is null on the last page. */
export const page = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: Cursor.nullable() });

/** One committed record of a run, as `GET /v1/runs/{id}/events` sends it; the SSE id is `seq`. */
export const RunEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("step"), step: StepRecord }),
  z.object({ type: z.literal("run"), run: Run }),
]);

export type RunStatus = z.output<typeof RunStatus>;
export type RunError = z.output<typeof RunError>;
export type Run = z.output<typeof Run>;
export type RunSummary = z.output<typeof RunSummary>;
export type StepRecord = z.output<typeof StepRecord>;
export type StepStatus = z.output<typeof StepStatus>;
export type Flow = z.output<typeof Flow>;
export type FlowEvent = z.output<typeof FlowEvent>;
export type TriedTrigger = z.output<typeof TriedTrigger>;
export type FlowDetail = z.output<typeof FlowDetail>;
export type Draft = z.output<typeof Draft>;
export type DraftProblem = z.output<typeof DraftProblem>;
export type Published = z.output<typeof Published>;
export type PublishedAgent = z.output<typeof PublishedAgent>;
export type Version = z.output<typeof Version>;
export type StartRun = z.input<typeof StartRun>;
export type StartTurn = z.input<typeof StartTurn>;
export type RetryRun = z.input<typeof RetryRun>;
export type ResolveEffect = z.input<typeof ResolveEffect>;
export type SendEvent = z.input<typeof SendEvent>;
export type PutCredential = z.input<typeof PutCredential>;
export type Credential = z.output<typeof Credential>;
export type Variable = z.output<typeof Variable>;
export type Example = z.output<typeof Example>;
export type Problem = z.output<typeof Problem>;
export type Me = z.output<typeof Me>;
export type SessionLink = z.output<typeof SessionLink>;
export type RunEvent = z.output<typeof RunEvent>;
