import { createReadStream } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { addPublicKey, type PublicKeys } from "../core/audit-keys.ts";
import { verifyAuditExport } from "../core/audit-read.ts";
import type { AuditVerdict } from "../core/audit-verify.ts";
import { showId } from "../core/id.ts";
import { type Cli, note, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { unreadable } from "./terminal/read-input.ts";
import { withProgress } from "./terminal/with-progress.ts";

const PIECE_BYTES = 1_048_576;

export function addAuditVerify(parent: Command, cli: Cli): void {
  parent
    .command("verify")
    .description("check, without any server, that an export is whole and unchanged; ends with 1 when it is not")
    .argument("<file>", "what `steward audit export` wrote")
    .option("--public-key <keys...>", "the keys it must be signed with, as `steward audit keys` prints them")
    .action((file: string, { publicKey }: { readonly publicKey?: readonly string[] }) => verify(cli, file, publicKey));
}

async function verify(cli: Cli, file: string, given: readonly string[] | undefined): Promise<void> {
  if (cli.options().key !== undefined) throw notTheApiKey(cli.options().key ?? "", file);
  const trusted = given === undefined ? null : readKeys(given);
  const verdict = await withProgress(cli.terminal, "verifying", () => verdictOf(cli, file, trusted));
  const { faults, organization, ...facts } = verdict;
  if (faults.length > 0) {
    const many = faults.length === 1 ? "one fault" : `${faults.length} faults`;
    const message = `${file} is not whole, or was changed: ${many}`;
    throw new CliError(EXIT.refused, "audit_damaged", message, "docs/audit.md says what each means", faults);
  }
  const shown = organization === null ? null : showId("org", organization);
  show(cli, { file, organization: shown, ...facts }, () => sentences(file, shown, verdict));
  if (trusted === null)
    note(cli, "the keys are those that the file names: compare them with `steward audit keys`, or give --public-key");
}

function time(ms: number | null): string {
  return ms === null ? "never" : new Date(ms).toISOString();
}

function sentences(file: string, organization: string | null, verdict: AuditVerdict): readonly string[] {
  const { batches, entries, chains, heads, fromMs, toMs, keyIds } = verdict;
  return [
    `${file} is whole and unchanged: ${entries} entries in ${batches} batches of ${chains} chains, ${heads} heads`,
    `of ${organization ?? "nobody"}, signed from ${time(fromMs)} to ${time(toMs)} with ${keyIds.join(", ")}`,
  ];
}

/** No server is asked, so no API key is wanted: whoever gives one means the other option, and would believe it was heard. */
function notTheApiKey(given: string, file: string): CliError {
  const isPublic = addPublicKey(new Map(), given);
  const next = `steward audit verify ${file} --public-key ${isPublic ? given : "<key>"}`;
  return new CliError(EXIT.usage, "usage", "--key is the API key, and this command takes none", next);
}

function readKeys(given: readonly string[]): PublicKeys {
  const keys = new Map<string, Buffer>();
  for (const key of given) {
    if (!addPublicKey(keys, key))
      throw new CliError(EXIT.usage, "usage", `${key} is no Ed25519 public key`, "steward audit keys");
  }
  return keys;
}

async function verdictOf(cli: Cli, file: string, trusted: PublicKeys | null): Promise<AuditVerdict> {
  const stream = createReadStream(path.resolve(cli.cwd, file), { highWaterMark: PIECE_BYTES });
  try {
    return await verifyAuditExport(stream, trusted);
  } catch (error) {
    throw unreadable(cli, file, error);
  } finally {
    stream.destroy();
  }
}
