/** The architecture's rules: each takes the sources and gives a line for every violation. */
import path from "node:path/posix";
import type { Source } from "./source.ts";

/** Which folders each folder of `server/src` may import. */
export type ImportMap = ReadonlyMap<string, ReadonlySet<string>>;

const SERVER = "server/src/";

function isTest(file: string): boolean {
  return /\.(?:test|testsuite)\.tsx?$/.test(file) || /^server\/(?:test|bench)\//.test(file);
}

/** `engine` of `server/src/engine/run.ts`; "" of a file beside the folders; null outside the server's source. */
function folderOf(file: string): string | null {
  if (!file.startsWith(SERVER)) return null;
  const [folder, ...rest] = file.slice(SERVER.length).split("/");
  return rest.length === 0 ? "" : (folder ?? "");
}

function product(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => !isTest(source.path));
}

/** Each relative import with the file that it names. */
function relativeImports({ path: file, imports }: Source): string[] {
  return imports.filter((each) => each.startsWith(".")).map((each) => path.join(path.dirname(file), each));
}

/**
 * The map of ARCHITECTURE.md: the rows of the table that begins with `server/src`. A row may name several folders; the
 * last cell names folders, and `sdk`. Throws when there is no table, or a cell holds what is neither.
 */
export function readImportMap(markdown: string): ImportMap {
  const table = /^\| `server\/src` folder \|.*\n\|[ |:-]*\n((?:\|.*\n?)+)/m.exec(markdown)?.[1];
  if (table === undefined) throw new Error("ARCHITECTURE.md has no table that begins with `server/src` folder");
  const map = new Map<string, Set<string>>();
  for (const row of table.trim().split("\n")) {
    const cells = row.split("|").slice(1, -1);
    const allowed = cells.at(-1)?.match(/[\w-]+/g) ?? [];
    for (const [, folder] of (cells[0] ?? "").matchAll(/`([\w-]+)`/g)) map.set(folder!, new Set([folder!, ...allowed]));
  }
  for (const [folder, allowed] of map) {
    const strange = [...allowed].filter((each) => each !== "sdk" && !map.has(each));
    if (strange.length > 0) throw new Error(`the row of ${folder} allows ${strange.join(", ")}, which is no row`);
  }
  return map;
}

/** A folder without a row, and a row without a folder. */
export function offTheMap(sources: readonly Source[], map: ImportMap): string[] {
  const folders = new Set(sources.map((source) => folderOf(source.path)).filter((folder) => folder !== null));
  folders.delete("");
  const missing = [...folders].filter((folder) => !map.has(folder)).map((folder) => `${folder} has no row`);
  return [...missing, ...[...map.keys()].filter((row) => !folders.has(row)).map((row) => `${row} has no folder`)];
}

/** Imports that no row allows. The contract (`sdk`) lies beneath `core`: whoever may import the one may import the other. */
export function strayImports(sources: readonly Source[], map: ImportMap): string[] {
  return product(sources).flatMap((source) => {
    const folder = folderOf(source.path);
    if (folder === null || folder === "") return [];
    const allowed = map.get(folder) ?? new Set();
    const strays = relativeImports(source).filter((target) => {
      const other = folderOf(target);
      return other !== null && other !== "" && !allowed.has(other);
    });
    const contract = source.imports.filter((each) => each.startsWith("@steward/sdk"));
    if (allowed.has("sdk") || allowed.has("core")) contract.length = 0;
    return [...strays, ...contract].map((target) => `${source.path} -> ${target}`);
  });
}

/** Files beside the folders (the composition root and its like) imported by others than each other and the CLI. */
export function importsOfTheRoot(sources: readonly Source[]): string[] {
  return product(sources).flatMap((source) => {
    const folder = folderOf(source.path);
    if (folder === null || folder === "" || folder === "cli") return [];
    const roots = relativeImports(source).filter((target) => folderOf(target) === "");
    return roots.map((target) => `${source.path} -> ${target}`);
  });
}

/** What each workspace may import of the others, by package name; a relative import never leaves a workspace. */
const WORKSPACES: Readonly<Record<string, readonly string[]>> = {
  sdk: [],
  server: ["@steward/sdk"],
  web: ["@steward/sdk"],
};

export function importsAcrossWorkspaces(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const workspace = source.path.split("/")[0] ?? "";
    const allowed = WORKSPACES[workspace];
    if (allowed === undefined) return [];
    const packages = source.imports.filter((each) => each.startsWith("@steward/") && !allowed.includes(each));
    const outside = relativeImports(source).filter((target) => !target.startsWith(`${workspace}/`));
    const own =
      workspace === "sdk" && !isTest(source.path) ? source.imports.filter((each) => !/^(?:\.|zod$)/.test(each)) : [];
    return [...new Set([...packages, ...outside, ...own])].map((target) => `${source.path} -> ${target}`);
  });
}

/** The product imports no test and none of a test's helpers. */
export function importsOfTests(sources: readonly Source[]): string[] {
  return product(sources).flatMap((source) => {
    const tests = relativeImports(source).filter(isTest);
    return [...tests, ...source.imports.filter((each) => /^(?:vitest|fast-check)(?:\/|$)/.test(each))].map(
      (target) => `${source.path} -> ${target}`,
    );
  });
}

/** Packages that open sockets or start processes and threads. */
const OUTSIDE =
  /^(?:(?:node:)?(?:net|https?|http2|tls|dgram|dns|dns\/promises|child_process|cluster|worker_threads|inspector|inspector\/promises)|undici|pg|ws)(?:\/.*)?$/;
const OUTSIDE_GLOBALS = ["fetch", "WebSocket", "EventSource", "XMLHttpRequest", "WebTransport"];

/** The outside reached from elsewhere than `adapters`; in `web` it is reached through the SDK. */
export function outsideOfAdapters(sources: readonly Source[]): string[] {
  return product(sources).flatMap((source) => {
    if (source.path.startsWith("sdk/") || folderOf(source.path) === "adapters") return [];
    const packages = source.imports.filter((each) => OUTSIDE.test(each) || each === "<computed>");
    const globals = OUTSIDE_GLOBALS.filter((name) => source.names.has(name));
    return [...packages, ...globals].map((each) => `${source.path} uses ${each}`);
  });
}

/** Code of texts: no file of the product makes any, in any folder. */
export function hostEvaluation(sources: readonly Source[]): string[] {
  return product(sources).flatMap((source) => {
    const packages = source.imports.filter((each) => /^(?:node:)?vm$/.test(each));
    const calls = ["eval", "Function"].filter((name) => source.calls.has(name));
    return [...packages, ...calls].map((each) => `${source.path} uses ${each}`);
  });
}

const KEYS = new Set([`${SERVER}keyring/open-credential.ts`, `${SERVER}keyring/project-keys.ts`]);

/** What opens credentials is imported by the gate and the keyring alone (C2). */
export function openersOfCredentials(sources: readonly Source[]): string[] {
  return product(sources).flatMap((source) => {
    if (["gate", "keyring"].includes(folderOf(source.path) ?? "")) return [];
    return relativeImports(source)
      .filter((target) => KEYS.has(target))
      .map((target) => `${source.path} -> ${target}`);
  });
}

const NAMES = new Set(
  "utils util helpers helper common shared lib misc types interfaces constants manager service index".split(" "),
);

/** Files and folders named for nothing in particular, or by a version; files that only pass others' names on. */
export function namelessFiles(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path: file, isBarrel }) => {
    const words = file.replace(/(?:\.(?:test|testsuite|d))?\.tsx?$/, "").split("/");
    const bad = words.filter(
      (word) =>
        NAMES.has(word.toLowerCase()) || /[-.](?:utils?|helpers?|manager|service|part-?\d+)$|^v\d+$/i.test(word),
    );
    const problems = bad.map((word) => `${file} is named ${word}`);
    return isBarrel && file !== "sdk/src/main.ts" ? [...problems, `${file} is a barrel`] : problems;
  });
}

const SQL = [
  /^\s*(?:select|values)\b[\s\S]*\b(?:from|where|limit)\b[\s\S]*/,
  /^\s*select\s+[\w.]+\s*\(/,
  /^\s*insert\s+into\s/,
  /^\s*update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\s/,
  /^\s*delete\s+from\s/,
  /^\s*with\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(/,
  /^\s*(?:create|alter|drop|truncate)\s+(?:or\s+replace\s+)?(?:unique\s+)?(?:table|index|role|database|schema|policy|function|view|type|user)\s/,
  /^\s*(?:grant|revoke)\s+[\s\S]+\s(?:to|from)\s/,
];
/**
 * The adapters' own: making and checking the server, its notifications; the databases of projects, and of other people;
 * the sign-in library's schema. They know no table of ours.
 */
const OWN_SQL = ["postgres", "postgres-client", "project-databases", "identity"].map(
  (folder) => `${SERVER}adapters/${folder}/`,
);
/** Their examples are statements that people write. */
const SQL_EXAMPLES = new Set([`${SERVER}steps/sql.ts`, `${SERVER}connectors/postgres/connector.ts`]);

/** Statements outside `store`. */
export function strayStatements(sources: readonly Source[]): string[] {
  return product(sources).flatMap(({ path: file, texts }) => {
    if (folderOf(file) === "store" || SQL_EXAMPLES.has(file)) return [];
    const statements = texts.filter((text) => SQL.some((pattern) => pattern.test(text.toLowerCase())));
    const strays = OWN_SQL.some((folder) => file.startsWith(folder))
      ? statements.filter((text) => /\bsteward\.\w/.test(text))
      : statements;
    return strays.map((text) => `${file}: ${text.trim().slice(0, 60)}`);
  });
}

/** One line may be excused of one rule, with the reason beside it; a size never, a whole file never, the compiler never. */
export function exemptions(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path: file, exemptions: comments }) =>
    comments
      .filter((comment) => {
        if (comment.startsWith("@ts-expect-error ") && isTest(file)) return false;
        return !/^oxlint-disable-next-line (?!max-)[\w/-]+(?: -- .*)?$/.test(comment);
      })
      .map((comment) => `${file}: ${comment.trim()}`),
  );
}

interface LintConfig {
  readonly ignorePatterns?: readonly string[];
  readonly overrides?: readonly {
    readonly files: readonly string[];
    readonly rules?: Readonly<Record<string, unknown>>;
  }[];
}

/** Sizes switched off for anything but tests, and files that lint or the dead-code check never see. */
export function configuredExemptions(lint: LintConfig, knip: Readonly<Record<string, unknown>>): string[] {
  const sizes = (lint.overrides ?? []).flatMap(({ files, rules }) => {
    const off = ["max-lines", "max-lines-per-function"].filter((rule) => rules?.[rule] === "off");
    const beyond = files.filter((glob) => !/\.(?:test|testsuite)\.tsx?$/.test(glob));
    return off.flatMap((rule) => beyond.map((glob) => `oxlint: ${rule} is off for ${glob}`));
  });
  const unseen = (lint.ignorePatterns ?? []).map((glob) => `oxlint: ${glob} is ignored`);
  return [...sizes, ...unseen, ...ignoredByKnip(knip, "knip")];
}

/** `ignoreDependencies` and `ignoreBinaries` name programs that are started, not imported; they hide no code. Nor does
 * `ignoreExportsUsedInFile`: such an export is used, if only at home. */
function ignoredByKnip(config: object, at: string): string[] {
  return Object.entries(config).flatMap(([key, value]: [string, unknown]) => {
    if (/^(?:ignore(?!Dependencies$|Binaries$|ExportsUsedInFile$)|exclude|tags)/.test(key)) return [`${at}: ${key}`];
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? ignoredByKnip(value, `${at}.${key}`) : [];
  });
}
