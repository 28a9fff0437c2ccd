/** What an entry of the route table says. */
import { z } from "zod";
import { Cursor } from "./api.ts";
import { Slug } from "./flow-file.ts";
import type { Access } from "./permissions.ts";

export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The media type of a body that is no JSON and is read as it streams in: a file, a CSV. */
  readonly takes?: string;
  /** The media type of an answer that is no JSON and streams out. */
  readonly gives?: string;
  /** Statuses and bodies of the answers that are not problems. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** The field of the answer's body that is told once, and not again under the same Idempotency-Key. */
  readonly secret?: string;
  /** Codes of the problems this route gives beyond those of every route. */
  readonly problems?: readonly string[];
}

export const byFlow = z.object({ slug: Slug });
export const byRun = z.object({ id: z.string().max(64) });
export const paging = { cursor: Cursor.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) };
