/** Emulate as a strict provider: a copy of it in which a token that was never given, or was revoked, is nobody's. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type * as emulate from "emulate";

const LENIENT = "if (!user && fallbackUser && token.length > 0) {";
const STRICT = "if (false) {";
/** Where emulate's Slack is more narrow than Slack: who has confirmed their address, and channels by name (docs.slack.dev, chat.postMessage). */
const CHANGES = [
  ["is_bot: u.is_bot,", "is_bot: u.is_bot, is_email_confirmed: u.is_email_confirmed ?? true,"],
  ["!ch.is_mpim && ch.name === channel)", '!ch.is_mpim && ch.name === channel.replace(/^#/, ""))'],
] as const;

let loaded: Promise<typeof emulate> | null = null;

interface Wish {
  readonly service: "google" | "github" | "slack";
  readonly seed: object;
}

/** `createEmulator` of the strict copy, which is made once for each installed version. */
export async function createStrictEmulator({ service, seed }: Wish): Promise<{ url: string; close(): Promise<void> }> {
  loaded ??= load();
  const { createEmulator } = await loaded;
  return await createEmulator({ service, port: 0, seed: seed as Record<string, never> });
}

async function load(): Promise<typeof emulate> {
  const dist = path.resolve(import.meta.dirname, "..", "..", "node_modules", "emulate", "dist");
  const { version } = JSON.parse(readFileSync(path.join(dist, "..", "package.json"), "utf8")) as { version: string };
  const folder = path.join(tmpdir(), `steward-emulate-3-${version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(folder)) make(dist, folder);
  return (await import(pathToFileURL(path.join(folder, "dist", "api.js")).href)) as typeof emulate;
}

/** In a folder of its own first: two test processes may make it at once. */
function make(dist: string, folder: string): void {
  const draft = `${folder}-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  cpSync(dist, path.join(draft, "dist"), { recursive: true });
  writeFileSync(path.join(draft, "package.json"), '{ "type": "module" }');
  symlinkSync(path.resolve(dist, "..", ".."), path.join(draft, "node_modules"));
  const file = path.join(draft, "dist", "api.js");
  const text = readFileSync(file, "utf8");
  if (!text.includes(LENIENT)) throw new Error("this emulate takes any token in another way than the one known");
  writeFileSync(file, text.replace(LENIENT, STRICT));
  const files = readdirSync(path.join(draft, "dist")).filter((name) => name.endsWith(".js"));
  for (const [from, to] of CHANGES) {
    const changed = files
      .map((name) => path.join(draft, "dist", name))
      .filter((one) => readFileSync(one, "utf8").includes(from));
    if (changed.length === 0) throw new Error(`this emulate has no "${from}"`);
    for (const one of changed) writeFileSync(one, readFileSync(one, "utf8").replaceAll(from, to));
  }
  try {
    renameSync(draft, folder);
  } catch {
    // The other one was first.
  }
}
