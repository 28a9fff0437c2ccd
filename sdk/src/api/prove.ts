/** The proof of the promises, as the API gives it. */
import { z } from "zod";
import { Time } from "../api.ts";

export const ProveRequest = z.strictObject({ only: z.array(z.string().max(8)).max(100).optional() });

export const ProvedPromise = z.object({
  id: z.string(),
  promise: z.string(),
  /** What the proof does to try it, as a phrase after "it". */
  tries: z.string(),
  state: z.enum(["kept", "broken", "not_applicable"]),
  /** What was seen; of one that is not applicable, why. */
  evidence: z.array(z.string()),
  triedAt: Time,
  ms: z.int(),
});

export const Proof = z.object({ provedAt: Time, kept: z.int(), broken: z.int(), promises: z.array(ProvedPromise) });

export type Proof = z.output<typeof Proof>;
