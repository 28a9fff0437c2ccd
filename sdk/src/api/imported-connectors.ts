/** Connectors that a project makes of OpenAPI documents. */
import { z } from "zod";
import { Time } from "../api.ts";

export const ImportedConnector = z.object({
  /** As steps and grants name it, before the point. */
  connector: z.string(),
  title: z.string(),
  base: z.string(),
  /** The provider's own number of its API. */
  apiVersion: z.string(),
  /** Counts its imports. */
  version: z.int(),
  /** How many actions it has. */
  operations: z.int(),
  /** How many operations of the document became no action. */
  refused: z.int(),
  importedAt: Time,
  importedBy: z.string(),
});

export const ImportedDetails = ImportedConnector.extend({
  /** What was said beside the document. */
  choices: z.object({
    server: z.union([z.string(), z.int()]).nullable(),
    variables: z.record(z.string(), z.string()),
    paths: z.array(z.string()),
    authentication: z.string().nullable(),
    destination: z.record(z.string(), z.array(z.string())),
  }),
  /** Which operations became no action, and why: the first 500. */
  left: z.array(z.object({ operation: z.string(), reason: z.string() })),
});

export type ImportedConnector = z.infer<typeof ImportedConnector>;
export type ImportedDetails = z.infer<typeof ImportedDetails>;
