import type { ConnectorAnswer, ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { statusFailure } from "../status-failure.ts";

const ErrorBody = z.object({ code: z.string(), message: z.string() });

/** Notion says why in `code`; 404 may also mean that the page was not shared with the connection ("Status codes"). */
export function notionFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const body = ErrorBody.safeParse(answer.body);
  return statusFailure(answer, body.success ? `${body.data.message} (${body.data.code})` : undefined);
}
