import { hostname } from "node:os";
import { createClient, listAll, type Organization, type Project, type SessionClient } from "@steward/sdk";
import type { Command } from "commander";
import { asPerson } from "./as-person.ts";
import { type Cli, note, show } from "./cli.ts";
import { projectFacts } from "./find-project.ts";
import { organizationFacts } from "./organization-of.ts";
import { pickOne } from "./pick-one.ts";
import { readAddress } from "./terminal/address.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { writeLogin } from "./terminal/login-file.ts";
import { readSecret } from "./terminal/read-secret.ts";
import { timeText } from "./terminal/words.ts";

const NAME_CHARS_MAX = 100;
const FIRST_PROJECT = { slug: "default", name: "Default" };

interface Options {
  readonly email?: string;
}

export function addLogin(program: Command, cli: Cli): void {
  program
    .command("login")
    .description(
      "remember a Steward and an API key: one that is asked for or read from a pipe, or with --email a new one",
    )
    .argument("<address>", "for instance https://steward.example.com")
    .option("--email <address>", "sign in with a password and make a key for this machine")
    .action((address: string, options: Options) => login(cli, address, options));
}

async function login(cli: Cli, given: string, { email }: Options): Promise<void> {
  const address = readAddress(given);
  const key =
    email === undefined
      ? (cli.options().key ?? (await readSecret(cli, `API key for ${address}`)).trim())
      : await asPerson(cli, address, email, (session) => makeKey(cli, session));
  const me = await createClient({ baseUrl: address, apiKey: key }).me();
  const file = writeLogin(cli, { address, key });
  show(cli, { address, project: me.project, principal: me.principal, file }, () => [
    `Logged in to ${address}, project ${me.project.slug}; the key is kept in ${file}`,
  ]);
}

/** A key named after this machine, which reaches all that its person may in the organization. */
async function makeKey(cli: Cli, session: SessionClient): Promise<string> {
  const { id: organization } = await chooseOrganization(cli, session);
  const { id, slug } = await chooseProject(cli, session, organization);
  const name = hostname().slice(0, NAME_CHARS_MAX) || "command line";
  const made = await session.client(id).createKey({ body: { name, reach: "organization" } });
  const until = made.expiresAt === null ? "it is revoked" : timeText(made.expiresAt);
  note(cli, `${made.id}, ${made.name}: a new key in project ${slug}, works until ${until}`);
  return made.key;
}

async function chooseOrganization(cli: Cli, session: SessionClient): Promise<Organization> {
  const { items } = await session.client().listOrganizations();
  const there = items.filter(({ deletedAt }) => deletedAt === null);
  const { organization: named } = cli.options();
  if (named !== undefined) {
    const called = there.filter(({ id, name }) => id === named || name.toLowerCase() === named.toLowerCase());
    const names = `one of: ${there.map(({ name }) => name).join(", ")}`;
    return pickOne(called, "organization of yours", named, names, organizationFacts);
  }
  const [one, ...others] = there;
  if (one !== undefined && others.length === 0) return one;
  const message = one === undefined ? "you are in no organization" : `you are in ${there.length} organizations`;
  const names = there.map(({ name }) => name).join(", ");
  const next =
    one === undefined ? "make one on the page, or accept an invitation" : `--organization <name>, of: ${names}`;
  throw new CliError(EXIT.refused, "not_found", message, next);
}

/** The one that is named, else the eldest; an organization that has none gets its first, since a key needs one. */
async function chooseProject(cli: Cli, session: SessionClient, organization: string): Promise<Project> {
  const all = await Array.fromAsync(listAll(session.client().listProjects, { organization, limit: 100 }));
  const there = all.filter(({ deletedAt }) => deletedAt === null);
  const named = cli.options().project ?? (cli.env["STEWARD_PROJECT"]?.trim() || undefined);
  if (named !== undefined) {
    const called = there.filter(({ id, slug }) => id === named || slug === named);
    const slugs = `one of: ${there.map(({ slug }) => slug).join(", ")}`;
    return pickOne(called, "project", named, slugs, projectFacts);
  }
  return there[0] ?? (await session.client().createProject({ organization, body: FIRST_PROJECT }));
}
