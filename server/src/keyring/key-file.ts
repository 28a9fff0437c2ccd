import { z } from "zod";
import { invariant } from "../core/invariant.ts";
import { SealError } from "./seal-error.ts";

/**
 * The file of an organization or a project: its keys by class, and of each class every epoch that was ever made.
 * `coming` opens but does not seal yet, so that every process can be given an epoch before the first one seals
 * with it; `active` seals; `retired` opens; `shredded` has lost its key and remains as the proof of it.
 */
const EPOCHS_MAX = 1000;
const EPOCH_MAX = 0xffff_ffff; // u32 in the header of sealed bytes
const madeAt = { epoch: z.int().min(1).max(EPOCH_MAX), createdAt: z.iso.datetime() };
const epochSchema = z.discriminatedUnion("state", [
  z.object({
    ...madeAt,
    state: z.enum(["coming", "active", "retired"]),
    wrappedBy: z.string().min(1),
    wrapped: z.base64url().min(1),
  }),
  z.object({ ...madeAt, state: z.literal("shredded") }),
]);
const epochsSchema = z
  .array(epochSchema)
  .min(1)
  .max(EPOCHS_MAX)
  .refine((epochs) => new Set(epochs.map(({ epoch }) => epoch)).size === epochs.length, "an epoch is listed twice")
  .refine((epochs) => epochs.filter(({ state }) => state === "active").length <= 1, "two epochs are active");

const organizationSchema = z.object({
  format: z.literal(1),
  organization: z.uuid(),
  keys: z.object({ organization: epochsSchema }),
});
const projectSchema = z.object({
  format: z.literal(1),
  organization: z.uuid(),
  project: z.uuid(),
  keys: z.object({ content: epochsSchema, credential: epochsSchema, digest: epochsSchema }),
});

export type KeyEpoch = Readonly<z.infer<typeof epochSchema>>;
export type HeldEpoch = Exclude<KeyEpoch, { state: "shredded" }>;
export type OrganizationKeyFile = Readonly<z.infer<typeof organizationSchema>>;
export type ProjectKeyFile = Readonly<z.infer<typeof projectSchema>>;
export type KeyClass = keyof OrganizationKeyFile["keys"] | keyof ProjectKeyFile["keys"];

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseOrganizationKeyFile(bytes: Uint8Array, name: string): OrganizationKeyFile {
  return parseKeyFile(organizationSchema, bytes, name);
}

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseProjectKeyFile(bytes: Uint8Array, name: string): ProjectKeyFile {
  return parseKeyFile(projectSchema, bytes, name);
}

export function formatKeyFile(file: OrganizationKeyFile | ProjectKeyFile): Buffer {
  return Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
}

/** The number the next epoch gets: numbers are never used twice, so that a lost key is never taken for its successor. */
export function nextEpoch(epochs: readonly KeyEpoch[]): number {
  return Math.max(0, ...epochs.map(({ epoch }) => epoch)) + 1;
}

/** With one more epoch, which opens but does not seal until it is activated. */
export function addEpoch(epochs: readonly KeyEpoch[], added: Omit<HeldEpoch, "state">): KeyEpoch[] {
  invariant(added.epoch === nextEpoch(epochs), `epoch ${added.epoch} is not the next one`);
  invariant(epochs.length < EPOCHS_MAX, `there are ${EPOCHS_MAX} epochs already; drop shredded ones`);
  const { epoch, createdAt, wrappedBy, wrapped } = added;
  return [...epochs, { epoch, state: "coming", createdAt, wrappedBy, wrapped }];
}

/** Seals with this epoch from now on; the one before is retired. */
export function activateEpoch(epochs: readonly KeyEpoch[], active: number): KeyEpoch[] {
  invariant(
    epochs.some(({ epoch, state }) => epoch === active && state !== "shredded"),
    `epoch ${active} has no key to seal with`,
  );
  return epochs.map((entry) => {
    if (entry.state === "shredded") return entry;
    if (entry.epoch === active) return { ...entry, state: "active" };
    return entry.state === "active" ? { ...entry, state: "retired" } : entry;
  });
}

function parseKeyFile<File>(schema: z.ZodType<File>, bytes: Uint8Array, name: string): File {
  const parsed = schema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? "the whole" : issue.path.join(".");
  throw new SealError("format", `the key file ${name} is damaged or from a newer Steward: ${field} is not as written`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
