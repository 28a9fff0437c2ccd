/** The encryption keys of an organization and its projects, as the API shows them: never the keys themselves. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";
import { ProjectId } from "./people.ts";

/** `organization` wraps the projects' keys; of a project `content` seals what it holds, `credential` its credentials. */
const KeyClass = z.enum(["organization", "content", "credential"]);
/** Each rotation makes one. `active` seals, `retired` only opens what was sealed before. Destroyed ones are left out. */
const KeyEpoch = z.object({
  class: KeyClass,
  epoch: z.int(),
  state: z.enum(["coming", "active", "retired"]),
  createdAt: Time,
});
/** What is sealed of a project and how far it is under its newest keys, by table and column. */
const ResealedPart = z.object({
  part: z.string(),
  class: KeyClass,
  state: z.enum(["waiting", "under_way", "done"]),
  /** Values that are under an older key, as far as known; 100,000 stands for as many or more. */
  left: z.int(),
  resealed: z.int(),
  /** Never written again: what is left goes with its rows. */
  appendOnly: z.boolean(),
});
export const EncryptionKeys = z.object({
  /** Null: the organization's own. */
  project: ProjectId.nullable(),
  slug: Slug.nullable(),
  epochs: z.array(KeyEpoch),
  /** Empty where nothing was rotated, or nothing is sealed. */
  parts: z.array(ResealedPart),
});
/** Without `project`: of the organization's own key. */
export const RetiredKey = z.strictObject({
  project: ProjectId.optional(),
  class: KeyClass,
  epoch: z.int().min(1).max(0xffff_ffff),
});

export type EncryptionKeys = z.output<typeof EncryptionKeys>;
export type RetiredKey = z.output<typeof RetiredKey>;
