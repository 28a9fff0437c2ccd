/** Calls this process's own server at the address it listens on, as any client would; for the proof of the promises. */
import { Agent } from "undici";

export interface SelfCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface SelfAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface SelfCaller {
  call(call: SelfCall): Promise<SelfAnswer>;
  close(): Promise<void>;
}

const ANSWER_MS_MAX = 30_000;
const ANSWER_CHARS_MAX = 16_777_216;

/** @param address where the server listens. Its own certificate is not asked for a name: it may be for the public one. */
export function createSelfCaller(address: () => string): SelfCaller {
  const agent = new Agent({
    connect: { rejectUnauthorized: false },
    headersTimeout: ANSWER_MS_MAX,
    bodyTimeout: ANSWER_MS_MAX,
    connections: 8,
  });
  return {
    async call({ method, path, headers, body }) {
      const { origin } = new URL(address());
      const answer = await agent.request({ origin, path, method, headers, body });
      const found = new Headers();
      for (const [name, value] of Object.entries(answer.headers))
        for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) found.append(name, one);
      const text = await answer.body.text();
      if (text.length > ANSWER_CHARS_MAX) throw new Error(`${method} ${path} answered more than is read`);
      return { status: answer.statusCode, headers: found, text };
    },
    close: () => agent.close(),
  };
}
