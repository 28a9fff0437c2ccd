import { type ConnectorAnswer, ProviderError } from "@steward/sdk";
import type { z } from "zod";

/**
 * What an answer says, by a schema that keeps the useful fields. Throws a ProviderError `unreadable`, which names the
 * field and never its value, when the provider answered in another form than it documents.
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, answer: ConnectorAnswer): z.output<Schema> {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ProviderError({
    kind: "unreadable",
    message: `the answer has another form than documented: ${issue?.path.join(".") || "the body"} (${issue?.code ?? "?"})`,
  });
}
