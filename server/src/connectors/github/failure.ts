import type { ConnectorAnswer, ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { retryAfter, shortMessage, statusFailure } from "../status-failure.ts";

const ErrorBody = z.object({
  message: z.string(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({ message: z.string().optional(), field: z.string().optional(), code: z.string().optional() }),
      ]),
    )
    .optional()
    .catch(undefined),
});

/** GitHub asks for a minute where it names no time for a secondary limit. */
const SECONDARY_PAUSE_MS = 60_000;

/**
 * What GitHub means: a limit comes as 403 or 429, with the moment of the reset or with `Retry-After` ("Rate limits for
 * the REST API"); 404 may also mean that the token may not see it.
 */
export function githubFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const body = ErrorBody.safeParse(answer.body);
  const message = body.success ? [body.data.message, ...(body.data.errors ?? []).map(detail)].join("; ") : undefined;
  const failure = statusFailure(answer, message);
  if (failure === null || (answer.status !== 403 && answer.status !== 429)) return failure;
  const pause = retryAfter(answer);
  const words = { kind: "rate_limited", message: shortMessage(message ?? "rate limited") } as const;
  if (Object.keys(pause).length > 0) return { ...words, ...pause };
  const reset = Number(answer.headers["x-ratelimit-reset"]);
  if (answer.headers["x-ratelimit-remaining"] === "0" && Number.isSafeInteger(reset) && reset > 0)
    return { ...words, retryAtSeconds: reset };
  if (answer.status === 429 || /rate limit|abuse detection/i.test(message ?? ""))
    return { ...words, retryAfterMs: SECONDARY_PAUSE_MS };
  return failure;
}

function detail(
  error: string | { message?: string | undefined; field?: string | undefined; code?: string | undefined },
): string {
  if (typeof error === "string") return error;
  return error.message ?? [error.field, error.code].filter((part) => part !== undefined).join(" ");
}
