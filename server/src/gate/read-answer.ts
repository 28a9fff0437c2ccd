import { judgeUrl } from "../core/egress/judge-url.ts";
import type { HttpResult } from "../core/http-effect.ts";
import { atOnce, inTurns } from "../core/in-turns.ts";
import { unreachable } from "../core/invariant.ts";
import type { EgressAnswer } from "../core/ports/egress.ts";
import { redactHeaders } from "../core/redact.ts";
import { endedAs, type AuditFacts, type EffectEnd, type EffectRefusal } from "./action.ts";
import type { RedactEcho, RedactEchoSlices } from "./redact-echo.ts";

/** What the audit says of an answer. */
interface AnswerFacts extends AuditFacts {
  readonly status: number | null;
  /** Of the body, as it came. */
  readonly bytes: number | null;
  /** The host that answered, null when none did. */
  readonly answeredBy: string | null;
}

interface ReadAnswer extends EffectEnd {
  readonly facts: AnswerFacts;
}

/** Characters looked through in one turn of the event loop: about 10 ms. */
const WORK_PER_TURN = 2_000_000;

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/**
 * What an answer means to the step that asked (R5), with what `slices` strike gone, so that it never enters the run. A
 * large body is looked through in turns, so that others are answered meanwhile.
 */
export async function readAnswer(
  answer: EgressAnswer,
  slices: RedactEchoSlices,
  turn: () => Promise<void> = nextTurn,
): Promise<ReadAnswer> {
  const redact: RedactEcho = (text) => atOnce(slices(text));
  switch (answer.kind) {
    case "answer": {
      const { status, body, url } = answer;
      const host = judgeUrl(url);
      const headers = headersOf(answer.headers, redact);
      const inner = await bodyOf(body, (text) => inTurns(slices(text), WORK_PER_TURN, turn));
      const result: HttpResult = { status, headers, ...inner };
      const outcome = { kind: "done", result } as const;
      return { outcome, facts: { status, bytes: body.byteLength, answeredBy: host.ok ? host.target.host : null } };
    }
    case "refused":
      // Too busy to send it is no judgement of it: the step's retry policy may try again.
      return answer.code === "overloaded" ? ended("failed", answer, redact) : ended("refused", answer, redact);
    case "unsent":
      return ended("failed", answer, redact);
    case "unknown":
      return ended("unknown", answer, redact);
    case "too_large": {
      const message = `${answer.message} It was done all the same, so it is not repeated; ask for less.`;
      const { outcome, facts } = ended("failed", { code: "response_too_large", message }, redact);
      return { outcome, facts: { ...facts, status: answer.status, bytes: answer.bytes }, happened: true };
    }
    default:
      return unreachable(answer);
  }
}

/** A request that ended without an answer to read. */
function ended(
  kind: "refused" | "failed" | "unknown",
  { code, message }: EffectRefusal,
  redact: RedactEcho,
): ReadAnswer {
  const { outcome } = endedAs(kind, { code, message: redact(message) });
  return { outcome, facts: { status: null, bytes: null, answeredBy: null } };
}

/** By name, several of one name joined (RFC 9110, 5.3); a session's and a credential's are masked by their name. */
function headersOf(headers: readonly (readonly [string, string])[], redact: RedactEcho): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of redactHeaders(headers)) {
    if (name === "__proto__") continue; // no later copy of the object may take it for its prototype
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  // All at once: no form of a secret, and no escape, holds a line end but that of a secret itself.
  const all = [...joined].flat().join("\n");
  if (redact(all) === all) return Object.fromEntries(joined);
  return Object.fromEntries(Array.from(joined, ([name, value]) => [redact(name), redact(value)]));
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

async function bodyOf(
  bytes: Uint8Array,
  redact: (text: string) => Promise<string>,
): Promise<Pick<HttpResult, "body" | "encoding">> {
  const text = decode(bytes);
  if (text !== null) return { body: await redact(text), encoding: "utf8" };
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Struck before it is encoded: what is hexadecimal in the bytes would be neither in their base64.
  const redacted = await redact(plain.toString("latin1"));
  return { body: Buffer.from(redacted, "latin1").toString("base64"), encoding: "base64" };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
