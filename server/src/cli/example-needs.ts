import { type Client, type Example, type Grant, listAll, ProblemError } from "@steward/sdk";

/**
 * The variables, credentials, connections and grants that a flow's file needs and this project lacks, each with its
 * command; none where the caller may not see them.
 */
export async function readNeeds(client: Client, flow: string, file: Example["file"]): Promise<readonly string[]> {
  try {
    return await needsOf(client, flow, file);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 403) return [];
    throw error;
  }
}

async function needsOf(client: Client, flow: string, file: Example["file"]): Promise<readonly string[]> {
  const text = JSON.stringify(file);
  const variables = namesIn(text, /\bvars\.([A-Za-z_]\w*)/g);
  const credentials = namesIn(text, /"credential":"([a-z0-9-]+)"/g);
  const signing = namesIn(text, /"signature":\{[^{}]*"credential":"([a-z0-9-]+)"/g);
  const [setVariables, setCredentials] = await Promise.all([
    variables.length === 0 ? [] : Array.fromAsync(listAll(client.listVariables, { limit: 100 })),
    credentials.length === 0 ? [] : Array.fromAsync(listAll(client.listCredentials, { limit: 100 })),
  ]);
  return [
    ...(await connectionsNeeded(client, flow, file)),
    ...variables
      .filter((name) => !setVariables.some((one) => one.name === name))
      .map((name) => `the variable ${name} is not set: steward variable set ${name} <value>`),
    ...credentials
      .filter((slug) => !setCredentials.some((one) => one.slug === slug))
      .map(
        (slug) =>
          `the credential ${slug} is not set: steward credential set ${slug} ${signing.includes(slug) ? "--kind secret" : "--kind <kind> --host <host>"}`,
      ),
  ];
}

/** A slug, and what it is for: the actions of its steps and the events of its triggers. */
type Wanted = Map<string, Set<string>>;

async function connectionsNeeded(client: Client, flow: string, file: Example["file"]): Promise<readonly string[]> {
  const wanted: Wanted = new Map();
  gather(file, wanted);
  wanted.delete("me");
  if (wanted.size === 0) return [];
  const there = new Set<string>();
  for await (const { slug, status } of listAll(client.listConnections, { limit: 100 }))
    if (status !== "disconnected") there.add(slug);
  const missing = [...wanted]
    .filter(([slug]) => !there.has(slug))
    .map(([slug, actions]) => connectionLine(slug, actions));
  return [...missing, ...(await grantsNeeded(client, flow, wanted, there))];
}

function connectionLine(slug: string, actions: ReadonlySet<string>): string {
  const own = [...actions].filter((action) => !action.startsWith("model."));
  const [connector = "<connector>"] = own.map((action) => action.split(".")[0] ?? "");
  const way = own.length === 0 ? "--by key" : own.map((action) => `--for ${action}`).join(" ");
  return `the connection ${slug} is not there: steward connection create ${connector} ${slug} ${way}`;
}

/** By action; conditions and rates are the gate's to judge. One that is not connected yet has no grants. */
async function grantsNeeded(
  client: Client,
  flow: string,
  wanted: Wanted,
  there: ReadonlySet<string>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [connection, actions] of wanted) {
    const query = { limit: 100, connection, ended: "false" as const };
    const grants = there.has(connection) ? await Array.fromAsync(listAll(client.listGrants, query)) : [];
    const open = [...actions].filter((action) => !grants.some((grant) => covers(grant, flow, action)));
    if (open.length === 0) continue;
    const flags = open.map((action) => `--action ${action}`).join(" ");
    const give = `steward grant give --to flow:${flow} --connection ${connection} ${flags}`;
    lines.push(`no grant lets ${flow} do ${open.join(", ")} with ${connection}: ${give}`);
  }
  return lines;
}

function covers({ stands, form: { to, lines } }: Grant, flow: string, action: string): boolean {
  const [connector = ""] = action.split(".");
  // Of which class an action is, is its connector's to say: such a line may cover any.
  const patterns = new Set([action, `${connector}.*`, "*", "read", "write", "delete"]);
  const isFor = to === "project" || to === `flow:${flow}`;
  return stands && isFor && lines.some(({ actions }) => actions.some((pattern) => patterns.has(pattern)));
}

/** What goes to a provider as it is, and a channel in which people are asked. */
const NOT_OURS: ReadonlySet<string> = new Set(["arguments", "slack"]);

/** What steps of these kinds do with the connection that they name, whoever's models it has. */
const OF_MODELS: Readonly<Record<string, string>> = { model: "model.generate", embed: "model.embed" };

/** Steps stand in steps; a file is at most 2 MB and as deep as it was read. */
function gather(value: Example["file"], wanted: Wanted, kind = ""): void {
  if (typeof value !== "object" || value === null) return;
  const own = !Array.isArray(value) && typeof value["kind"] === "string" ? value["kind"] : kind;
  for (const [name, each] of Object.entries(value)) if (!NOT_OURS.has(name)) gather(each, wanted, own);
  if (Array.isArray(value)) return;
  const { connection, action, event } = value;
  if (typeof connection !== "string") return;
  const actions = wanted.get(connection) ?? new Set();
  for (const one of [action, event, OF_MODELS[kind]]) if (typeof one === "string") actions.add(one);
  wanted.set(connection, actions);
}

/** The sentence of its description that says what an example needs beside itself; null when it has none. */
export function needsLine({ description }: Example): string | null {
  return /\bNeeds .*$/s.exec(description)?.[0] ?? null;
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
}
