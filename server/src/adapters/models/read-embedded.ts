import type { EmbeddingModelV4Result } from "@ai-sdk/provider";
import { z } from "zod";
import type { Embedded, EmbedRequest } from "../../core/ports/models.ts";
import { readCost, readCounts } from "./read-usage.ts";

/** What the libraries leave out: which text a vector belongs to, and which model made it. */
const Body = z.object({
  model: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
  data: z.array(z.object({ index: z.int().min(0).optional() })),
  usage: z.unknown(),
});

/** A vector for each text, in their order; null when there is not exactly one for each, all of one length. */
export function readEmbedded(request: EmbedRequest, result: EmbeddingModelV4Result): Embedded | null {
  const { embeddings, usage, response } = result;
  const body = Body.safeParse(response?.body);
  if (!body.success || embeddings.length !== request.texts.length) return null;
  const vectors = Array.from<readonly number[] | undefined>({ length: embeddings.length });
  for (const [at, vector] of embeddings.entries()) {
    const place = body.data.data[at]?.index ?? at;
    if (place >= vectors.length) return null;
    vectors[place] = vector;
  }
  const length = vectors[0]?.length ?? 0;
  const whole = vectors.filter((vector) => vector !== undefined && length > 0 && vector.length === length);
  if (whole.length !== request.texts.length) return null;
  return {
    vectors: whole.flatMap((vector) => (vector === undefined ? [] : [vector])),
    model: body.data.model ?? request.model,
    id: body.data.id ?? null,
    usage: readCounts({ input: usage?.tokens ?? 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 }),
    charged: readCost(body.data.usage),
  };
}
