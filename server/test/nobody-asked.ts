import type { HttpParts } from "../src/http/http-parts.ts";

/** Nobody is told of an approval, and Slack tells of nothing. */
export const NOBODY_ASKED: Pick<HttpParts, "approvals" | "interactivity"> = {
  approvals: {
    mail: { send: () => Promise.resolve() },
    publicUrl: () => "http://steward.test",
    message: () => Promise.resolve(),
    wake: () => undefined,
  },
  interactivity: {
    verify: () => Promise.reject(new Error("this test is told of nothing by Slack")),
    hear: () => Promise.resolve(),
  },
};
