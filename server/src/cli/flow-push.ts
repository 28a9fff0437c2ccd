import { type Client, type Draft, ProblemError, RawBody } from "@steward/sdk";
import { type Cli, note, show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import { readNeeds } from "./example-needs.ts";
import type { Add } from "./group.ts";
import { publishedLines } from "./flow-publish.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readAll, readFileAt } from "./terminal/read-input.ts";
import { countText } from "./terminal/words.ts";

interface Options {
  readonly slug?: string;
  readonly publish?: boolean;
}

interface FilePlace {
  readonly line: number | null;
  readonly column?: number | undefined;
  readonly field: string;
  readonly message: string;
}

export function addPush(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("push")
      .description(
        `store ${of.one} file (JSON or YAML) as the ${of.noun}'s draft; ends with 1 while the draft has problems`,
      )
      .argument("<file>", `the ${of.noun} file, or - for standard input (with --slug)`)
      .option(`--slug <${of.noun}>`, `the ${of.noun}; by default the file's name: order.${of.noun}.json is order`)
      .option("--publish", "publish it as well")
      .action((file: string, options: Options) => push(of, cli, file, options));
}

async function push(of: DefinitionNoun, cli: Cli, file: string, options: Options): Promise<void> {
  const slug = options.slug ?? slugOf(of, file);
  const text = file === "-" ? await readAll(cli.stdin) : await readFileAt(cli, file);
  const client = await connect(cli);
  const draft = await store(of, client, slug, file, options, new RawBody(text, mediaTypeOf(file, text)));
  const stands = draft.problems.length > 0;
  const published = options.publish === true && !stands ? await of.publish(client, slug) : null;
  show(cli, { ...draft, published }, () => {
    if (stands) return draft.problems.map((one) => placeLine(file, one));
    return published === null ? [`${slug}: draft stored`] : publishedLines(cli, slug, published);
  });
  // Of an agent, publishing itself says so.
  if (published !== null && of.noun === "flow") for (const line of await needsNow(client, slug)) note(cli, line);
  if (stands) {
    const message = `the draft of ${slug} is stored with ${countText(draft.problems.length, "problem")}`;
    throw new CliError(EXIT.refused, "flow_has_problems", message, `mend them, then: ${pushAgain(of, file, options)}`);
  }
}

/** What a flow that was just published still lacks. */
async function needsNow(client: Client, slug: string): Promise<readonly string[]> {
  return await readNeeds(client, slug, (await client.getFlow({ slug })).draft);
}

/** A text that is no flow file is refused with its places, shown as compilers do. */
async function store(
  of: DefinitionNoun,
  client: Client,
  slug: string,
  file: string,
  options: Options,
  body: RawBody,
): Promise<Draft> {
  try {
    return await of.put(client, { slug, body });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "flow_invalid") throw error;
    const lines = issuesOf(error).map((one) => placeLine(file, one));
    const message = `${file} is not ${of.one} file, ${slug} is unchanged`;
    throw new CliError(EXIT.refused, error.code, message, `mend it, then: ${pushAgain(of, file, options)}`, lines);
  }
}

function pushAgain({ noun }: DefinitionNoun, file: string, { slug, publish }: Options): string {
  return `steward ${noun} push ${file}${slug === undefined ? "" : ` --slug ${slug}`}${publish === true ? " --publish" : ""}`;
}

function placeLine(file: string, { line, column, field, message }: FilePlace): string {
  const place = [file, line, column].filter((one) => one !== null && one !== undefined).join(":");
  return field === "" ? `${place}: ${message}` : `${place}: ${field}: ${message}`;
}

function issuesOf({ details, message }: ProblemError): readonly FilePlace[] {
  const { issues } = details;
  const known = Array.isArray(issues) ? issues.filter(isPlace) : [];
  return known.length > 0 ? known : [{ line: null, field: "", message }];
}

function isPlace(value: unknown): value is FilePlace {
  if (typeof value !== "object" || value === null || !("message" in value) || !("field" in value)) return false;
  const line = "line" in value ? value.line : null;
  return (
    typeof value.message === "string" && typeof value.field === "string" && (line === null || typeof line === "number")
  );
}

function slugOf({ noun, one }: DefinitionNoun, file: string): string {
  if (file === "-")
    throw new CliError(
      EXIT.usage,
      "usage",
      `${one} from standard input needs --slug`,
      `steward ${noun} push - --slug <${noun}>`,
    );
  const name = file.split(/[/\\]/).at(-1) ?? "";
  const slug = name.replace(/\.(?:json|ya?ml)$/i, "").replace(/\.(?:flow|agent)$/i, "");
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(slug)) return slug;
  const message = `${file} does not name ${one}: a slug has 1 to 63 of a-z, 0-9 and -`;
  throw new CliError(EXIT.usage, "usage", message, "rename the file, or give --slug");
}

function mediaTypeOf(file: string, text: string): string {
  const yaml = /\.ya?ml$/i.test(file) || (file === "-" && !text.trimStart().startsWith("{"));
  return yaml ? "application/yaml" : "application/json";
}
