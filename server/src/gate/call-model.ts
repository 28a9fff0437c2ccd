/**
 * The actions `model.generate` and `model.embed`: one call to a model, with the key of the connection that the effect
 * names. What is particular to either is a `ModelKind`.
 */
import type { Connector, ModelOffer } from "@steward/sdk";
import type { z } from "zod";
import { judgeUrl } from "../core/egress/judge-url.ts";
import { inTurns } from "../core/in-turns.ts";
import { invariant } from "../core/invariant.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { costAtMost } from "../core/models/cost.ts";
import { findPrice, type Price, type PriceBook } from "../core/models/prices.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { NoSecret } from "../core/ports/connections.ts";
import type { Embedded, Generated, GenerateRequest, ModelOutcome, Models } from "../core/ports/models.ts";
import type { ConnectionRow } from "../store/connections.ts";
import {
  type Act,
  type ActionPerformer,
  type AuditFacts,
  type Check,
  type EffectEnd,
  type EffectRefusal,
  endedAs,
  type Matter,
} from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import { type EffectSecrets, readRowOf } from "./connection-secret.ts";
import { endOfModelCall } from "./model-end.ts";
import { createEchoSlices, type RedactEchoSlices } from "./redact-echo.ts";

export interface CallModelParts {
  readonly models: Models;
  /** By id. */
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly prices: PriceBook;
  readonly secrets: EffectSecrets;
  readonly clock: Clock;
}

/** Where a call goes and how it proves itself; what both kinds of call have in common. */
export type ModelPlace = Omit<
  GenerateRequest,
  "messages" | "tools" | "schema" | "maxOutputTokens" | "temperature" | "priceMax"
>;

export interface ModelKind<Input extends { readonly model: string }, Result extends Generated | Embedded> {
  readonly input: z.ZodType<Input>;
  mayBe(offer: ModelOffer): boolean;
  /** The most that it can use. */
  tokensAtMost(input: Input): { readonly input: number; readonly output: number };
  ask(models: Models, input: Input, place: ModelPlace, price: Price | null): Promise<ModelOutcome<Result>>;
  /** What the answer has beside what every answer has. */
  own(result: Result): JsonObject;
  /** Counts, for the audit. */
  facts(input: Input): AuditFacts;
}

interface ModelSubject<Input> {
  /** Null when the arguments are not what the action takes; `problem` says why. */
  readonly input: Input | null;
  readonly problem: string;
}

export function callModel<Input extends { readonly model: string }, Result extends Generated | Embedded>(
  parts: CallModelParts,
  kind: ModelKind<Input, Result>,
): ActionPerformer<ModelSubject<Input>> {
  return {
    gather({ effect }) {
      const parsed = kind.input.safeParse(effect.arguments);
      const issue = parsed.error?.issues[0];
      return { input: parsed.data ?? null, problem: issue ? `${issue.path.join(".")}: ${issue.message}` : "" };
    },
    act: ({ input }, _call, connection) => input && actOf(parts, kind, input, connection),
    usable: usableBy(parts, kind),
    checks: [],
    facts: (_subject, connection) => ({ host: hostOf(placeOf(parts, connection)) }),
    intentFacts: ({ input }) => (input === null ? {} : kind.facts(input)),
    perform: (matter) => perform(parts, kind, matter),
  };
}

/** A connector that offers models, as the connection uses it; null for every other. */
function placeOf(
  { connectors }: CallModelParts,
  connection: ConnectionRow | null,
): (Connector & { readonly models: ModelOffer }) | null {
  const connector = connection && connectors.get(connection.connector);
  if (!connector || connection === null || connector.models === undefined) return null;
  return { ...connector, base: connection.address ?? connector.base, models: connector.models };
}

function hostOf(connector: Connector | null): string | null {
  const judged = connector && judgeUrl(connector.base);
  return judged?.ok === true ? judged.target.host : null;
}

function actOf<Input extends { readonly model: string }>(
  parts: CallModelParts,
  kind: Pick<ModelKind<Input, never>, "tokensAtMost">,
  input: Input,
  connection: ConnectionRow | null,
): Act {
  const { input: inputTokens, output } = kind.tokensAtMost(input);
  const price = priceOf(parts, connection, input.model);
  const cost = price && costAtMost(price, inputTokens, output);
  return {
    class: "read",
    destination: [],
    literal: new Set(),
    arguments: plainArguments(input),
    estimate: { micro: cost?.micro ?? null, currency: price?.currency ?? "USD", tokens: inputTokens + output },
  };
}

function priceOf(parts: CallModelParts, connection: ConnectionRow | null, model: string): Price | null {
  const place = placeOf(parts, connection);
  return place && findPrice(parts.prices, place.models.api, model);
}

function usableBy<Input extends { readonly model: string }>(
  parts: CallModelParts,
  kind: Pick<ModelKind<Input, never>, "mayBe">,
): readonly Check<ModelSubject<Input>>[] {
  return [
    {
      name: "arguments",
      judge: ({ subject: { input, problem } }) =>
        input === null ? { code: "arguments_invalid", message: problem } : null,
    },
    {
      name: "model_connection",
      judge: ({ connection }) => judgeConnection(placeOf(parts, connection), kind, connection),
    },
  ];
}

function judgeConnection(
  place: { readonly title: string; readonly models: ModelOffer } | null,
  kind: Pick<ModelKind<never, never>, "mayBe">,
  connection: ConnectionRow | null,
): EffectRefusal | null {
  if (connection === null) return { code: "connection_missing", message: "name the connection with the model key" };
  if (place === null) return { code: "not_available", message: `the connection ${connection.slug} has no models` };
  return kind.mayBe(place.models) ? null : { code: "not_available", message: `${place.title} does not offer that` };
}

async function perform<Input extends { readonly model: string }, Result extends Generated | Embedded>(
  parts: CallModelParts,
  kind: ModelKind<Input, Result>,
  matter: Matter<ModelSubject<Input>>,
): Promise<EffectEnd> {
  const {
    call,
    connection,
    subject: { input },
  } = matter;
  const connector = placeOf(parts, connection);
  invariant(input !== null && connector !== null && connection !== null, "what can't be called was refused by a check");
  const { organization, project, signal } = call;
  const where = { organization, project, id: connection.id };
  const secret = await parts.secrets.freshSecret(where, { signal, read: readRowOf(matter) });
  if (secret.kind !== "ready") return endOfSecret(secret);
  const { header, hosts, mark, forms } = secret;
  const place: ModelPlace = {
    api: connector.models.api,
    base: (secret.address ?? connector.base).replace(/\/+$/, ""),
    hosts,
    model: input.model,
    secret: header && { header: header.name, value: header.value },
    timeoutMs: call.effect.timeoutMs,
    signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
    partition: project,
  };
  const price = findPrice(parts.prices, connector.models.api, input.model);
  const begunMs = parts.clock.monotonicMs();
  const outcome = await kind.ask(parts.models, input, place, price);
  const ms = Math.round(parts.clock.monotonicMs() - begunMs);
  const end = endOfModelCall(outcome, { connector, price, ms, nowMs: parts.clock.nowMs() }, (result) =>
    kind.own(result),
  );
  // Its owner is told, and nothing else is asked with it.
  if (end.outcome.kind === "failed" && end.outcome.code === "reauth_required")
    await parts.secrets.freshSecret(where, { signal, refused: mark });
  return await strike(end, createEchoSlices(forms));
}

function endOfSecret(secret: NoSecret): EffectEnd {
  const { code, message } = secret;
  if (secret.kind === "refused") return endedAs("refused", { code: secret.code, message });
  const after = secret.retryAfterMs === null ? {} : { afterMs: secret.retryAfterMs };
  return { outcome: { kind: "failed", code, message, ...after }, facts: {} };
}

/** Characters looked through in one turn of the event loop: about 10 ms. */
const WORK_PER_TURN = 2_000_000;

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** With what gives the key away gone from all that the provider wrote. */
async function strike(end: EffectEnd, slices: RedactEchoSlices): Promise<EffectEnd> {
  const redact = (text: string): Promise<string> => inTurns(slices(text), WORK_PER_TURN, nextTurn);
  const { outcome } = end;
  if (outcome.kind !== "done") return { ...end, outcome: { ...outcome, message: await redact(outcome.message) } };
  invariant(isJsonObject(outcome.result), "a model's answer is an object");
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(outcome.result))
    result[name] = typeof value === "string" ? await redact(value) : value;
  return { ...end, outcome: { kind: "done", result } };
}
