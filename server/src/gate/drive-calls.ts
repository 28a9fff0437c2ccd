/** Runs what a connector asks for, call by call, and holds it to the contract of `sdk/src/connector.ts`. */
import {
  type Calls,
  type Connector,
  type ConnectorAnswer,
  type ConnectorCall,
  ProviderError,
  type ProviderFailure,
} from "@steward/sdk";
import { isRead } from "./connector-request.ts";

const READS_MAX = 20;

/** What became of one call. `stopped`: there is no complete answer, or none may be asked for; `end` says why. */
export type Asked<End> =
  | { readonly kind: "answer"; readonly answer: ConnectorAnswer }
  | { readonly kind: "stopped"; readonly end: End };

/** `wrote`: the call that writes was answered. What the other side says of it may be that it was not done. */
export type Driven<Output, End> =
  | { readonly kind: "output"; readonly output: Output; readonly wrote: boolean }
  | { readonly kind: "stopped"; readonly end: End; readonly wrote: boolean }
  | { readonly kind: "failure"; readonly failure: ProviderFailure; readonly wrote: boolean }
  /** The connector breaks its contract, or is wrong in itself. */
  | { readonly kind: "broken"; readonly error: unknown; readonly wrote: boolean };

/** Asks for each call in turn: at most 20 that read, then at most one that writes, and nothing after it. */
export async function driveCalls<Output, End>(
  { failure }: Pick<Connector, "failure">,
  begin: () => Calls<Output>,
  ask: (call: ConnectorCall) => Promise<Asked<End>>,
): Promise<Driven<Output, End>> {
  let [reads, wrote] = [0, false];
  let answer: ConnectorAnswer | null = null;
  let calls: Calls<Output> | null = null;
  for (;;) {
    const turn = takeTurn(() => {
      if (answer === null || calls === null) return (calls = begin()).next();
      return calls.next(answer);
    });
    if (turn.kind !== "turn") return { ...turn, wrote };
    const { result } = turn;
    if (result.done === true) return { kind: "output", output: result.value, wrote };
    const call = result.value;
    const broken = whyNot(call, reads, wrote);
    if (broken !== null) return { kind: "broken", error: new Error(broken), wrote };
    const asked = await ask(call);
    if (asked.kind === "stopped") return { ...asked, wrote };
    if (isRead(call)) reads += 1;
    else wrote = true;
    ({ answer } = asked);
    const failed = takeTurn(() => (call.accepts?.includes(asked.answer.status) ? null : failure(asked.answer)));
    if (failed.kind !== "turn") return { ...failed, wrote };
    if (failed.result !== null) return { kind: "failure", failure: failed.result, wrote };
  }
}

function whyNot(call: ConnectorCall, reads: number, wrote: boolean): string | null {
  if (wrote) return "it asks for a call after the one that writes";
  return isRead(call) && reads >= READS_MAX ? `it asks for more than ${READS_MAX} reads` : null;
}

type Turn<Result> =
  | { readonly kind: "turn"; readonly result: Result }
  | { readonly kind: "failure"; readonly failure: ProviderFailure }
  | { readonly kind: "broken"; readonly error: unknown };

function takeTurn<Result>(turn: () => Result): Turn<Result> {
  try {
    return { kind: "turn", result: turn() };
  } catch (error) {
    return error instanceof ProviderError ? { kind: "failure", failure: error.failure } : { kind: "broken", error };
  }
}
