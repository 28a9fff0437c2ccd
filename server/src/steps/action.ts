import { type Action, type Connector, Slug } from "@steward/sdk";
import { z } from "zod";
import { checkField } from "../core/flow/check-input.ts";
import { issueText } from "../core/issue-text.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import type { EffectAction, EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";

/** Of all calls that an action makes. */
const TIMEOUT_MS = 60_000;

const Input = z.strictObject({
  arguments: z
    .record(z.string(), anyJson(), { error: "give the action's arguments as an object" })
    .default({})
    .describe("What the action takes; its fields are in [connectors](connectors.md)."),
});
type Input = z.output<typeof Input>;

const Deferred = z.object({
  action: z
    .string({ error: "name an action such as gmail.send" })
    .regex(/^[a-z][a-z0-9_]{0,30}\.[a-z][A-Za-z0-9_]{0,62}$/, "name an action such as gmail.send")
    .describe(
      "Which action of which connector, such as gmail.send. It holds no expressions: who allows it names it too.",
    ),
  connection: Slug.describe(
    "The slug of the connection that it is done with; me is the own one of whoever started the run. It holds no expressions.",
  ),
});

interface Prepared {
  /** Null for one of a connector that the project has imported: the gate knows those, and reads the arguments. */
  readonly action: Action | null;
  readonly id: EffectAction;
  readonly connection: string;
  readonly repeat: Action["repeat"];
  readonly timeoutMs: number;
}

/** Failures that another attempt may help with; what is missing here would fail again. */
const PASSING: ReadonlySet<string> = new Set([
  "connect",
  "connect_timeout",
  "connection_unavailable",
  "dns",
  "mail_deferred",
  "overloaded",
  "protocol",
  "provider_unavailable",
  "rate_limited",
  "reset",
  "sql_timeout",
  "sql_unavailable",
  "timeout",
  "tls",
  "truncated",
]);

/**
 * Does one action of a connector, through the gate.
 * @param published what an action was when the step was published may be otherwise by now: the step then fails as it runs
 */
export function actionStep(connectors: readonly Connector[], published = false): StepKind<Input, Prepared> {
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  return {
    kind: "action",
    title: "Action",
    summary:
      "Does one action of a connector, such as sending a mail or reading an issue, with a connection and within its grants. The output is the action's. What the provider can't do just now its retry policy covers, and when it says from when it can, no attempt is made before.",
    schema: Input,
    deferred: Deferred,
    example: {
      action: "gmail.send",
      connection: "work-mail",
      arguments: { to: ["ann@example.com"], subject: "Your order", text: "{{ trigger.body.text }}" },
    },
    ports: () => ["out"],
    prepare(step, _compile, problem) {
      const { action: id, connection, arguments: given } = step.input;
      const [connector, action] = find(byId, id);
      if (!published && connector !== null && action === null) problem("input.action", unknownAction(id, connector));
      if (!published && action !== null) checkField(action.input, given, ["input", "arguments"], problem);
      return {
        action,
        id: isAction(id) ? id : "no.action",
        connection: typeof connection === "string" ? connection : "",
        repeat: repeatOf(action, connector),
        timeoutMs: step.timeoutMs ?? TIMEOUT_MS,
      };
    },
    run: (input, _context, prepared) => begin(input, prepared),
    conclude: (_input, outcome) => concludeAction(outcome),
  };
}

function isAction(id: Json | undefined): id is EffectAction {
  return Deferred.shape.action.safeParse(id).success;
}

function find(byId: ReadonlyMap<string, Connector>, id: Json | undefined): readonly [Connector | null, Action | null] {
  const [prefix = "", name = ""] = typeof id === "string" ? id.split(".") : [];
  const connector = byId.get(prefix) ?? null;
  return [connector, connector !== null && Object.hasOwn(connector.actions, name) ? connector.actions[name]! : null];
}

function unknownAction(id: Json | undefined, { id: connector, actions }: Connector): string {
  return `there is no action ${JSON.stringify(id)}: ${connector} has ${Object.keys(actions).join(", ")}`;
}

/** A key that the connector has no header for is none. */
function repeatOf(action: Action | null, connector: Connector | null): Action["repeat"] {
  if (action?.repeat === "key" && connector?.idempotencyHeader === undefined) return "never";
  return action?.repeat ?? "never";
}

function begin({ arguments: given }: Input, { action, id, connection, repeat, timeoutMs }: Prepared): StepOutcome {
  const asked = { action: id, connection, credential: null, repeat, timeoutMs };
  if (action === null) return { kind: "effect", effect: { ...asked, arguments: given } };
  const parsed = action.input.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return fail("arguments_invalid", `input.arguments.${issue.path.join(".")}: ${issueText(issue)}`);
  }
  return { kind: "effect", effect: { ...asked, class: action.class, arguments: argumentsOf(parsed.data) } };
}

function argumentsOf(input: unknown): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the input of an action is an object (`Action.input`)
  return plainArguments(input as Readonly<Record<string, unknown>>);
}

function concludeAction(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") return { kind: "output", output: outcome.result };
  const { code, message } = outcome;
  if (outcome.kind !== "failed" || !PASSING.has(code)) return fail(code, message);
  const retry = outcome.afterMs === undefined ? "policy" : { afterMs: outcome.afterMs };
  return { kind: "fail", error: { code, message }, retry };
}

function fail(code: string, message: string): StepOutcome {
  return { kind: "fail", error: { code, message }, retry: "never" };
}
