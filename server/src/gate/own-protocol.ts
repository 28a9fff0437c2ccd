/** What performers of connectors that speak another protocol than HTTP have in common. */
import type { Action, Connector } from "@steward/sdk";
import { issueText } from "../core/issue-text.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import { literalFields } from "../core/policy/taint.ts";
import type { NoSecret, ReadySecret } from "../core/ports/connections.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { ConnectionRow } from "../store/connections.ts";
import { type Act, type Check, type EffectEnd, endedAs, type Matter } from "./action.ts";
import { type EffectSecrets, readRowOf } from "./connection-secret.ts";

/** Arguments as the action's schema reads them, or what is wrong with them. */
export type Given<Input> =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly message: string };

export function givenTo<Input>(action: Action, { effect }: EffectCall): Given<Input> {
  const parsed = action.input.safeParse(effect.arguments);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the performer names the type of its own action's schema
  if (parsed.success) return { ok: true, input: parsed.data as Input };
  const issue = parsed.error.issues[0];
  return { ok: false, message: issue === undefined ? "" : `${issue.path.join(".")}: ${issueText(issue)}` };
}

export function actOf(action: Action, given: Given<object>, { written }: EffectCall): Act | null {
  if (!given.ok) return null;
  const madeOf = Object.fromEntries(action.destination.map((field) => [field, [`arguments.${field}`]]));
  return {
    class: action.class,
    destination: action.destination,
    literal: literalFields(written, action.destination, madeOf),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the input of an action is an object (`Action.input`)
    arguments: plainArguments(given.input as Readonly<Record<string, unknown>>),
    estimate: null,
  };
}

/** That the arguments are the action's, and the connection one of its connector. */
export function usableWith(connector: Connector): readonly Check<Given<object>>[] {
  return [
    {
      name: "arguments",
      judge: ({ subject }) => (subject.ok ? null : { code: "arguments_invalid", message: subject.message }),
    },
    {
      name: "connector",
      judge: ({ call, connection }) =>
        connection?.connector === connector.id
          ? null
          : {
              code: "connection_not_allowed",
              message: `${call.effect.action} needs a connection of ${connector.title}`,
            },
    },
  ];
}

/** Where the connection's server is, for the audit. */
export function hostOf(connection: ConnectionRow | null): string | null {
  return connection?.hosts[0] ?? null;
}

/** A secret of user and password with the address that it is for. */
export interface OpenedWay {
  readonly secret: ReadySecret;
  readonly user: string;
  readonly password: string;
  readonly address: string;
}

/** Opens the connection's secret, for this effect alone. */
export async function openWay(
  secrets: EffectSecrets,
  matter: Matter,
): Promise<OpenedWay | { readonly end: EffectEnd }> {
  const { organization, project, signal } = matter.call;
  const place = { organization, project, id: matter.connection?.id ?? "" };
  const secret = await secrets.freshSecret(place, { signal, read: readRowOf(matter) });
  if (secret.kind !== "ready") return { end: endOfSecret(secret) };
  const { basic, address } = secret;
  if (basic !== null && address !== null) return { secret, ...basic, address };
  const message = "the connection has no user and password, or no address: make it anew";
  return { end: endedAs("refused", { code: "not_available", message }) };
}

function endOfSecret(secret: NoSecret): EffectEnd {
  const { code, message } = secret;
  if (secret.kind === "refused") return endedAs("refused", { code: secret.code, message });
  const after = secret.retryAfterMs === null ? {} : { afterMs: secret.retryAfterMs };
  return { outcome: { kind: "failed", code, message, ...after }, facts: {} };
}
