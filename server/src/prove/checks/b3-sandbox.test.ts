import { expect, test } from "vitest";
import { PROBE } from "./b3-sandbox.ts";

test("where code has ways out, the probe finds them", async () => {
  // As a module of this very process: the laxest sandbox there is.
  const lax: { readonly default: () => Promise<{ readonly found: readonly string[] }> } = await import(
    `data:text/javascript,${encodeURIComponent(PROBE)}`
  );
  const { found } = await lax.default();
  expect(found).toEqual(
    expect.arrayContaining(["fetch", "WebSocket", "process", "Buffer", "WebAssembly", "constructor object"]),
  );
});
