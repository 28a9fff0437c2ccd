import { type Client, createClient, ProblemError } from "@steward/sdk";
import type { Cli } from "../cli.ts";
import { readAddress } from "./address.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { readLogin } from "./login-file.ts";

const ANSWER_BYTES_MAX = 268_435_456;

interface Access {
  readonly address: string;
  readonly key: string;
}

/** A client of the Steward that is meant, see `findAccess`. */
export async function connect(cli: Cli): Promise<Client> {
  const { address, key } = await findAccess(cli);
  return createClient({
    baseUrl: address,
    apiKey: key,
    answerBytesMax: ANSWER_BYTES_MAX,
    eventLimits: { attemptsMax: 1 }, // followRun connects again, and says so
  });
}

/**
 * Address and key, each from the first that has one: options, STEWARD_URL and STEWARD_API_KEY, the login, the home. A
 * kept key goes only to the address it belongs to.
 */
export async function findAccess(cli: Cli): Promise<Access> {
  const { url, key } = cli.options();
  const login = readLogin(cli);
  const named = url ?? (cli.env["STEWARD_URL"]?.trim() || undefined) ?? login?.address;
  const local = (await cli.local()).access();
  if (named === undefined && local.address === null) {
    throw new CliError(EXIT.unreachable, "unreachable", "no Steward runs here and none is known", "steward up");
  }
  const address = readAddress(named ?? local.address ?? "");
  const given = key ?? (cli.env["STEWARD_API_KEY"]?.trim() || undefined);
  const kept = login?.address === address ? login.key : local.address === address ? local.apiKey : null;
  const found = given ?? kept;
  if (found === null) {
    await refuseSilence(address);
    const message = `no API key is known for ${address}`;
    throw new CliError(EXIT.refused, "unauthenticated", message, `steward login ${address}`);
  }
  return { address, key: found };
}

/** Who has no key for an address where nothing answers lacks the server first. */
async function refuseSilence(address: string): Promise<void> {
  try {
    await createClient({ baseUrl: address, timeoutMs: 5000 }).me();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 0) return;
    const message = `nothing answers at ${address}`;
    throw new CliError(EXIT.unreachable, "unreachable", message, "check the address, or start it there: steward up");
  }
}
