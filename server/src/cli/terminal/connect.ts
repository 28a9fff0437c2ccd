import { type Client, createClient, ProblemError } from "@steward/sdk";
import type { Cli } from "../cli.ts";
import { findProject } from "../find-project.ts";
import { organizationOf } from "../organization-of.ts";
import { readAddress } from "./address.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { type Login, readLogin } from "./login-file.ts";
import { timeText } from "./words.ts";

const ANSWER_BYTES_MAX = 268_435_456;

interface Access {
  readonly address: string;
  readonly key: string;
}

/** A client of the Steward that is meant, see `findAccess`, in the project that is meant: the key's own unless named. */
export async function connect(cli: Cli): Promise<Client> {
  const access = await findAccess(cli);
  const named = cli.options().project ?? (cli.env["STEWARD_PROJECT"]?.trim() || undefined);
  if (named === undefined) return clientOf(access);
  return clientOf(access, await projectOf(cli, clientOf(access), named));
}

/** The same for what lies in no project: organizations, people, the installation. */
export async function connectOutside(cli: Cli): Promise<Client> {
  return clientOf(await findAccess(cli));
}

function clientOf({ address, key }: Access, project?: string): Client {
  return createClient({
    baseUrl: address,
    apiKey: key,
    project: () => project,
    answerBytesMax: ANSWER_BYTES_MAX,
    eventLimits: { attemptsMax: 1 }, // followRun connects again, and says so
  });
}

/** The id of the project that is named by slug or id; the key's own needs no list, which not every key may read. */
async function projectOf(cli: Cli, client: Client, named: string): Promise<string> {
  if (named.startsWith("prj_")) return named;
  if (cli.options().organization === undefined) {
    const { project } = await client.me();
    if (project.slug === named) return project.id;
  }
  const { id, slug, deletedAt } = await findProject(client, await organizationOf(cli, client), named);
  if (deletedAt === null) return id;
  const message = `the project ${slug} was deleted ${timeText(deletedAt)}: its runs and all that is in it stand still`;
  throw new CliError(EXIT.refused, "not_found", message, `steward project restore ${slug}`);
}

/**
 * Address and key, each from the first that has one: options, STEWARD_URL and STEWARD_API_KEY, the login, the home. A
 * kept key goes only to the address it belongs to.
 */
export async function findAccess(cli: Cli): Promise<Access> {
  const { address, login, local } = await findPlace(cli);
  const given = cli.options().key ?? (cli.env["STEWARD_API_KEY"]?.trim() || undefined);
  const kept = login?.address === address ? login.key : local.address === address ? local.apiKey : null;
  const found = given ?? kept;
  if (found === null) {
    await refuseSilence(address);
    const message = `no API key is known for ${address}`;
    throw new CliError(EXIT.refused, "unauthenticated", message, `steward login ${address}`);
  }
  return { address, key: found };
}

/** The address alone, for who signs in otherwise. */
export async function findAddress(cli: Cli): Promise<string> {
  return (await findPlace(cli)).address;
}

interface Place {
  readonly address: string;
  readonly login: Login | null;
  readonly local: { readonly address: string | null; readonly apiKey: string | null };
}

async function findPlace(cli: Cli): Promise<Place> {
  const login = readLogin(cli);
  const named = cli.options().url ?? (cli.env["STEWARD_URL"]?.trim() || undefined) ?? login?.address;
  const local = (await cli.local()).access();
  if (named === undefined && local.address === null) {
    throw new CliError(EXIT.unreachable, "unreachable", "no Steward runs here and none is known", "steward up");
  }
  return { address: readAddress(named ?? local.address ?? ""), login, local };
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
