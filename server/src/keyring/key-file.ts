import { z } from "zod";
import { invariant } from "../core/invariant.ts";
import { SealError } from "./seal-error.ts";

/**
 * The file of an organization, a project or the installation: its keys by class, and of each class every epoch that was ever made.
 * `coming` opens but does not seal yet, so that every process can be given an epoch before the first one seals
 * with it; `active` seals; `retired` opens; `shredded` has lost its key and remains as the proof of it.
 */
const EPOCHS_MAX = 1000;
const EPOCH_MAX = 0xffff_ffff; // u32 in the header of sealed bytes
const madeAt = {
  epoch: z.int().min(1).max(EPOCH_MAX),
  createdAt: z.iso.datetime(),
  /** Of a signing key: its SPKI, kept when the key is destroyed, so that what it signed can still be verified. */
  publicKey: z.base64url().min(1).exactOptional(),
};
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
/** What a project has data keys for. */
export const PROJECT_KEY_CLASSES = ["content", "credential", "digest"] as const;
export type ProjectKeyClass = (typeof PROJECT_KEY_CLASSES)[number];
const projectSchema = z.object({
  format: z.literal(1),
  organization: z.uuid(),
  project: z.uuid(),
  keys: z.object({ content: epochsSchema, credential: epochsSchema, digest: epochsSchema }) satisfies z.ZodType<
    Record<ProjectKeyClass, unknown>
  >,
});

const installationSchema = z.object({ format: z.literal(1), keys: z.object({ installation: epochsSchema }) });
const signingSchema = z.object({
  format: z.literal(1),
  keys: z.object({
    signing: epochsSchema.refine((epochs) => epochs.every(({ publicKey }) => publicKey), "a public key is missing"),
  }),
});

export type KeyEpoch = Readonly<z.infer<typeof epochSchema>>;
export type HeldEpoch = Exclude<KeyEpoch, { state: "shredded" }>;
export type OrganizationKeyFile = Readonly<z.infer<typeof organizationSchema>>;
export type ProjectKeyFile = Readonly<z.infer<typeof projectSchema>>;
export type InstallationKeyFile = Readonly<z.infer<typeof installationSchema>>;
export type SigningKeyFile = Readonly<z.infer<typeof signingSchema>>;
export type KeyFile = OrganizationKeyFile | ProjectKeyFile | InstallationKeyFile | SigningKeyFile;
export type KeyClass =
  | keyof OrganizationKeyFile["keys"]
  | ProjectKeyClass
  | keyof InstallationKeyFile["keys"]
  | keyof SigningKeyFile["keys"];

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseOrganizationKeyFile(bytes: Uint8Array, name: string): OrganizationKeyFile {
  return parseKeyFile(organizationSchema, bytes, name);
}

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseProjectKeyFile(bytes: Uint8Array, name: string): ProjectKeyFile {
  return parseKeyFile(projectSchema, bytes, name);
}

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseInstallationKeyFile(bytes: Uint8Array, name: string): InstallationKeyFile {
  return parseKeyFile(installationSchema, bytes, name);
}

/** Throws `SealError` `format`, naming the file and the field but no content. */
export function parseSigningKeyFile(bytes: Uint8Array, name: string): SigningKeyFile {
  return parseKeyFile(signingSchema, bytes, name);
}

export function formatKeyFile(file: KeyFile): Buffer {
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

/** Without its key. */
export function shredEpoch({ epoch, createdAt, publicKey }: KeyEpoch): KeyEpoch {
  return { epoch, createdAt, state: "shredded", ...(publicKey === undefined ? {} : { publicKey }) };
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
