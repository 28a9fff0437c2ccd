import { type Client, type Example, listAll } from "@steward/sdk";

/** The variables, credentials and connections that a flow file names and this project lacks, each with its command. */
export async function readNeeds(client: Client, file: Example["file"]): Promise<readonly string[]> {
  const text = JSON.stringify(file);
  const variables = namesIn(text, /\bvars\.([A-Za-z_]\w*)/g);
  const credentials = namesIn(text, /"credential":"([a-z0-9-]+)"/g);
  const signing = namesIn(text, /"signature":\{[^{}]*"credential":"([a-z0-9-]+)"/g);
  const [setVariables, setCredentials] = await Promise.all([
    variables.length === 0 ? [] : Array.fromAsync(listAll(client.listVariables, { limit: 100 })),
    credentials.length === 0 ? [] : Array.fromAsync(listAll(client.listCredentials, { limit: 100 })),
  ]);
  return [
    ...(await connectionsNeeded(client, file)),
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

/** A slug, and what it is for: the actions of its steps and the events of its triggers; none for a model's, whose provider is the person's to choose. */
type Wanted = Map<string, Set<string>>;

async function connectionsNeeded(client: Client, file: Example["file"]): Promise<readonly string[]> {
  const wanted: Wanted = new Map();
  gather(file, wanted);
  if (wanted.size === 0) return [];
  const there = new Set<string>();
  for await (const { slug, status } of listAll(client.listConnections, { limit: 100 }))
    if (status !== "disconnected") there.add(slug);
  return [...wanted]
    .filter(([slug]) => slug !== "me" && !there.has(slug))
    .map(([slug, actions]) => {
      const [connector = "<connector>"] = [...actions].map((action) => action.split(".")[0] ?? "");
      const way = actions.size === 0 ? "--by key" : [...actions].map((action) => `--for ${action}`).join(" ");
      return `the connection ${slug} is not there: steward connection create ${connector} ${slug} ${way}`;
    });
}

/** What goes to a provider as it is, and a channel in which people are asked. */
const NOT_OURS: ReadonlySet<string> = new Set(["arguments", "slack"]);

/** Steps stand in steps; a file is at most 2 MB and as deep as it was read. */
function gather(value: Example["file"], wanted: Wanted): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, each] of Object.entries(value)) if (!NOT_OURS.has(name)) gather(each, wanted);
  if (Array.isArray(value)) return;
  const { connection, action, event } = value;
  if (typeof connection !== "string") return;
  const actions = wanted.get(connection) ?? new Set();
  for (const one of [action, event]) if (typeof one === "string") actions.add(one);
  wanted.set(connection, actions);
}

/** The sentence of its description that says what an example needs beside itself; null when it has none. */
export function needsLine({ description }: Example): string | null {
  return /\bNeeds .*$/s.exec(description)?.[0] ?? null;
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
}
