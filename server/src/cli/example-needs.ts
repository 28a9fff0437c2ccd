import { type Client, type Example, listAll } from "@steward/sdk";

/** The variables and credentials that a flow file names and this project lacks, each with the command that sets it. */
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

/** The sentence of its description that says what an example needs beside itself; null when it has none. */
export function needsLine({ description }: Example): string | null {
  return /\bNeeds .*$/s.exec(description)?.[0] ?? null;
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))];
}
