import type { ConnectorAnswer, ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { statusFailure } from "./status-failure.ts";

/** OpenAI's form of an error, which the others follow, Anthropic with its word for it as the type. */
const ErrorBody = z.object({
  error: z.object({
    message: z.string().optional().catch(undefined),
    type: z.string().nullish().catch(undefined),
    code: z.string().nullish().catch(undefined),
  }),
});

/** Out of money: 429 with OpenAI, though waiting does not help. */
const SPENT = new Set(["insufficient_quota", "billing_hard_limit_reached"]);

/** What an answer of a model's provider means. Servers of one's own give the message as a text now and then. */
export function modelFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const body = ErrorBody.safeParse(answer.body);
  const error = body.success ? body.data.error : undefined;
  const failure = statusFailure(answer, error?.message);
  const spent = [error?.code, error?.type].some((word) => typeof word === "string" && SPENT.has(word));
  return failure !== null && spent ? { kind: "rejected", message: failure.message } : failure;
}
