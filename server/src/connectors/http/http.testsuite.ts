import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

const order = answer({ id: 7, state: "paid" }, 200, { "content-type": "application/json" });

export const httpAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [answer("nothing here", 404)],
  get: [order],
  head: [answer("", 200, { "content-type": "application/json" })],
  post: [order],
  put: [order],
  patch: [order],
  delete: [answer("", 204)],
};
