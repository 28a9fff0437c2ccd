/** The example flow files that come with Steward, read once. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Example } from "@steward/sdk";
import { readFlowFile } from "../flows/read-flow-file.ts";

const SUFFIX = ".flow.json";
const EXAMPLES_MAX = 100;

/** Every `<slug>.flow.json` of the folder, by slug; none where there is no folder. Throws `flow_invalid` for one that is no flow file. */
export async function readExamples(folder: string): Promise<readonly Example[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted()
    .slice(0, EXAMPLES_MAX);
  return await Promise.all(
    files.map(async (name) => {
      const text = await readFile(path.join(folder, name), "utf8");
      const { file } = readFlowFile(text, "application/json");
      const asWritten: Example["file"] = JSON.parse(text);
      return {
        slug: name.slice(0, -SUFFIX.length),
        name: file.name,
        description: file.description ?? "",
        file: asWritten,
      };
    }),
  );
}
