/** What answers in a trial: a provider with tokens, a thing to read and write, and a model. It hears and counts everything. */
import { ELSEWHERE, PROVIDER, proofConnector, TOKENS } from "./proof-connector.ts";
import type { TrialAnswer, TrialRequest, TrialSetting } from "./trial.ts";

type Say = (request: TrialRequest) => TrialAnswer | null;

export interface ProofProvider {
  readonly setting: TrialSetting;
  /** In order. */
  readonly heard: readonly TrialRequest[];
  /** Of a path; whatever came by the others is left out. */
  of(path: string): readonly TrialRequest[];
  /** From now on, at a path. */
  say(path: string, answer: Say): void;
  /** Settles with the next request to a path, or with false once `ms` are over. */
  next(path: string): Promise<void>;
}

export const json = (status: number, body: unknown): TrialAnswer => ({ status, body: JSON.stringify(body) });

/** What the provider gives whoever comes with a refresh token; the number tells one from the next. */
export const FRESH = "fresh-token-";

export function proofProvider(): ProofProvider {
  const heard: TrialRequest[] = [];
  const waiting = new Map<string, () => void>();
  let tokens = 0;
  const says = new Map<string, Say>([
    [
      "/token",
      () => {
        tokens += 1;
        return json(200, { access_token: `${FRESH}${tokens}`, token_type: "Bearer", expires_in: 3600 });
      },
    ],
    ["/revoke", () => ({ status: 200, body: "" })],
    ["/thing", () => json(200, { said: "thing" })],
    ["/chat/completions", (request) => json(200, completion(request))],
  ]);
  return {
    setting: {
      connector: proofConnector,
      names: [PROVIDER, ELSEWHERE, TOKENS],
      answer(request) {
        heard.push(request);
        const path = pathOf(request);
        waiting.get(path)?.();
        waiting.delete(path);
        return (says.get(path) ?? (() => json(404, {})))(request);
      },
    },
    heard,
    of: (path) => heard.filter((request) => pathOf(request) === path),
    say: (path, answer) => void says.set(path, answer),
    next: (path) => new Promise((resolve) => void waiting.set(path, resolve)),
  };
}

function pathOf({ path }: TrialRequest): string {
  return path.split("?", 1)[0]!;
}

/** As OpenAI's chat completions answer. */
function completion({ body }: TrialRequest): unknown {
  const model: unknown = /"model":"([^"]*)"/.exec(body)?.[1] ?? "none";
  return {
    id: "chatcmpl-proof",
    object: "chat.completion",
    created: 1,
    model,
    choices: [
      { index: 0, message: { role: "assistant", content: "written by the proof's model" }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
  };
}
