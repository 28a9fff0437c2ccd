/** The action of every connector (`gmail.send`, …): its calls made one by one, its answer read by its schema. */
import type { Action, Connector } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import { issueText } from "../core/issue-text.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import { literalFields, type MadeOf } from "../core/policy/taint.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { ActionPerformer, Act, Check, EffectEnd, Matter } from "./action.ts";
import { askProvider, type AskProviderParts, missingScopes } from "./ask-provider.ts";
import { judgeCancelled } from "./checks.ts";
import { readRowOf } from "./connection-secret.ts";
import { driveCalls, type Driven } from "./drive-calls.ts";
import { atPlace } from "./place-below.ts";
import { endOfCalls } from "./provider-outcome.ts";

export interface CallConnectorParts extends AskProviderParts {
  readonly connectors: Connectors;
  readonly log: (message: string, error?: unknown) => void;
}

/** What the effect asks for; null where the catalogue has no such thing. */
interface Subject {
  readonly connector: Connector | null;
  readonly action: Action | null;
  readonly input: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };
}
type ConnectorMatter = Matter<Subject>;

export function callConnector(parts: CallConnectorParts): ActionPerformer<Subject> {
  return {
    async gather({ organization, project, effect }) {
      const [id = "", name = ""] = effect.action.split(".");
      const connector = await parts.connectors.find({ organization, project }, id);
      const action = connector !== null && Object.hasOwn(connector.actions, name) ? connector.actions[name]! : null;
      return { connector, action, input: inputOf(action, effect.arguments) };
    },
    act: ({ action, input }, call) => (action === null || !input.ok ? null : actOf(action, input.value, call)),
    usable: USABLE,
    checks: CHECKS,
    // A key is the step's to make; what a step of an imported action could not know is whether it is safe (RFC 9110, 9.2.2).
    repeats: ({ action }) => (action?.repeat === "safe" ? "safe" : null),
    facts: ({ connector }) => ({ host: URL.parse(connector?.base ?? "")?.hostname ?? null }),
    intentFacts: () => ({}),
    perform: (matter) => perform(parts, matter),
  };
}

function inputOf(action: Action | null, given: JsonObject): Subject["input"] {
  const parsed = action?.input.safeParse(given);
  if (parsed?.success) return { ok: true, value: parsed.data };
  const issue = parsed?.error.issues[0];
  const message = issue === undefined ? "there is no such action" : `${issue.path.join(".")}: ${issueText(issue)}`;
  return { ok: false, message };
}

function actOf(action: Action, input: unknown, { written }: EffectCall): Act {
  const { destination } = action;
  const madeOf: MadeOf = Object.fromEntries(destination.map((field) => [field, [`arguments.${field}`]]));
  return {
    class: action.class,
    destination,
    literal: literalFields(written, destination, madeOf),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the input of an action is an object (`Action.input`)
    arguments: plainArguments(input as Readonly<Record<string, unknown>>),
    estimate: null,
  };
}

const USABLE: readonly Check<Subject>[] = [
  { name: "action", judge: judgeAction },
  { name: "arguments", judge: judgeArguments },
];
const CHECKS: readonly Check<Subject>[] = [{ name: "scope", judge: judgeScope }];

function judgeAction({ call, connection, subject: { connector, action } }: ConnectorMatter) {
  const { action: id } = call.effect;
  if (connector === null || action === null)
    return { code: "action_unavailable", message: `this installation has no action ${id}` } as const;
  if (connection?.connector === connector.id) return null;
  const message = `${id} needs a connection of ${connector.title}, and ${connection?.slug ?? "none"} is another's`;
  return { code: "connection_not_allowed", message } as const;
}

/** Its message names the field, and no value but of a list of what is possible. */
function judgeArguments({ subject: { input } }: ConnectorMatter) {
  return input.ok ? null : ({ code: "arguments_invalid", message: input.message } as const);
}

/** By what was granted when the row was written; asked again of the secret itself, which may have been refreshed. */
function judgeScope({ connection, subject: { action } }: ConnectorMatter) {
  if (connection === null || action === null)
    return { code: "not_available", message: "there is no connection" } as const;
  return missingScopes(connection, action.scopes);
}

async function perform(parts: CallConnectorParts, matter: ConnectorMatter): Promise<EffectEnd> {
  const { call, keys, connection, subject } = matter;
  const { connector, action, input } = subject;
  invariant(connector !== null && action !== null && input.ok && connection !== null, "checked before");
  const provider = askProvider(parts, {
    connector,
    connection: { organization: call.organization, project: call.project, id: connection.id },
    read: readRowOf(matter),
    timeoutMs: call.effect.timeoutMs,
    signal: call.signal,
    mayProceed: () => judgeCancelled(call) === null,
    mayReach: (place) => matter.judged?.allows(atPlace(matter.judged.act.arguments, place)) ?? false,
    scopes: action.scopes,
    idempotencyKey: call.idempotencyKey,
  });
  // The same at every sending of this effect, and of no other.
  const key =
    call.idempotencyKey ?? keys.digest("effect", "key", call.run, call.step, call.path.join(".")).toString("base64url");
  const driven = readOutput(
    action,
    await driveCalls(
      connector,
      () => action.perform(input.value, key),
      (each) => provider.ask(each),
    ),
  );
  if (driven.kind === "broken")
    parts.log(`${call.effect.action} of run ${call.run} is at fault: ${placeOf(driven.error)}`);
  const end: EffectEnd = endOfCalls(driven, parts.clock.nowMs()) ?? {
    outcome: { kind: "done", result: driven.kind === "output" ? driven.output : null },
    facts: {},
  };
  return { ...end, facts: { ...end.facts, ...provider.facts() } };
}

/** What the schema lets through, as plain JSON. An answer in another form is the provider's doing. */
function readOutput(action: Action, driven: Driven<unknown, EffectEnd>): Driven<Json, EffectEnd> {
  if (driven.kind !== "output") return driven;
  const parsed = action.output.safeParse(driven.output);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const message = `the answer has another form than documented: ${issue?.path.join(".") ?? ""} (${issue?.code ?? "?"})`;
    return { kind: "failure", failure: { kind: "unreadable", message }, wrote: driven.wrote };
  }
  const output: Json = JSON.parse(JSON.stringify(parsed.data ?? null));
  return { kind: "output", output, wrote: driven.wrote };
}

/** Where it was thrown, without its message: that may quote what the provider answered. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 5).map((line) => line.trim())].join(" ");
}
