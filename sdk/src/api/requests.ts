import { z } from "zod";
import { Time } from "../api.ts";

/** Calls of one caller, route, status, address and program within a minute, as one process saw them. */
export const RequestNote = z.object({
  id: z.string(),
  minute: Time,
  /** `key_…`, `mem_…` or `acc_…`; null when nobody was known. */
  principal: z.string().nullable(),
  /** The route's name in the API; else what was served, `none` for nothing. */
  route: z.string(),
  method: z.string(),
  status: z.int(),
  address: z.string(),
  /** The first product of the User-Agent. */
  client: z.string().nullable(),
  clientVersion: z.string().nullable(),
  count: z.int(),
  latencyMsMean: z.number(),
  latencyMsMax: z.int(),
});

export const RequestFilter = z.object({
  principal: z.string().max(64).optional(),
  route: z.string().max(100).optional(),
  status: z.coerce.number().int().min(100).max(599).optional(),
  address: z
    .string()
    .regex(/^[0-9a-f:.]{2,45}$/)
    .optional(),
  since: Time.optional(),
  until: Time.optional(),
});

export type RequestNote = z.output<typeof RequestNote>;
export type RequestFilter = z.output<typeof RequestFilter>;
