/** `fetch` for the sign-in library, over our egress: only addresses that Steward may reach, and each connection noted. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Egress } from "../../core/ports/egress.ts";

type Fetch = typeof globalThis.fetch;

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 1_048_576;
/** Answers that have no body (fetch standard, "null body status"). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Follows no redirects: what an OpenID provider publishes is where it says, and nowhere else. Rejects as `fetch` does. */
export function guardedFetch(egress: Pick<Egress, "request">, note: (host: string) => void): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const answer = await egress.request({
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body,
      timeoutMs: TIMEOUT_MS,
      responseBytesMax: ANSWER_BYTES_MAX,
      redirectsMax: 0,
      hosts: null,
      secretHeaders: ["authorization"],
      signal: request.signal,
    });
    if (answer.kind !== "refused") note(new URL(request.url).host);
    if (answer.kind !== "answer") throw new TypeError(`fetch failed: ${answer.message}`);
    const { status, headers } = answer;
    const content = BODILESS.has(status) ? null : Uint8Array.from(answer.body);
    return new Response(content, { status, headers: headers.map(([name, value]): [string, string] => [name, value]) });
  };
}

const scope = new AsyncLocalStorage<Fetch>();
let installed = false;

/** Runs the act with `fetch` replaced for it and what it begins, and for nobody else: the library calls the global one. */
export function withFetch<T>(own: Fetch, act: () => Promise<T>): Promise<T> {
  if (!installed) {
    installed = true;
    const original = globalThis.fetch;
    globalThis.fetch = (input, init) => (scope.getStore() ?? original)(input, init);
  }
  return scope.run(own, act);
}
