/**
 * The map in ARCHITECTURE.md is the law, and so are the rules beside it. Each rule is shown a planted violation before it
 * is trusted with the tree.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import * as rules from "./architecture-rules.ts";
import { readSource, type Source } from "./source.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** Every source of the three workspaces; paths with slashes on every system. */
const TREE: readonly Source[] = globSync("{sdk,server,web}/{src,test,bench}/**/*.{ts,tsx}", { cwd: ROOT })
  .map((file) => file.split(path.sep).join("/"))
  .filter((file) => !file.endsWith(".d.ts"))
  .map((file) => readSource(file, read(file)));
const MAP = rules.readImportMap(read("ARCHITECTURE.md"));

const SMALL_MAP = rules.readImportMap(`
| \`server/src\` folder | what lives here | may import |
| --- | --- | --- |
| \`core\` | Decisions about | sdk |
| \`store\` | SQL | \`core\` |
| \`keyring\` | | \`core\` \`store\` |
| \`engine\` | | \`core\`, \`store\` |
| \`gate\` | | \`core\` \`keyring\` |
| \`flows\` \`people\` | Verbs | \`core\` \`engine\` |
| \`connectors\` | | sdk |
| \`catalogue\` | | |
| \`adapters\` | | \`core\` |
| \`cli\` | | \`core\` |
`);

interface Rule {
  readonly name: string;
  readonly find: (sources: readonly Source[], map: rules.ImportMap) => string[];
  /** Files with a violation each, and how often the rule must speak up. */
  readonly planted: Readonly<Record<string, string>>;
  readonly count: number;
  /** Files that must pass. */
  readonly allowed: Readonly<Record<string, string>>;
}

const RULES: readonly Rule[] = [
  {
    name: "each folder imports only itself and what its row allows",
    find: rules.strayImports,
    planted: {
      "server/src/core/a.ts": 'import { x } from "../store/x.ts";',
      "server/src/core/deep/b.ts": 'export { x } from "../../engine/x.ts";',
      "server/src/engine/c.ts": 'import type { X } from "../gate/x.ts";',
      "server/src/people/d.ts": 'const x = await import("../store/x.ts");',
      "server/src/flows/e.ts": 'export type X = import("../store/x.ts").X;',
      "server/src/store/f.ts": 'export * from "../keyring/x.ts";',
      "server/src/connectors/slack/g.ts": 'import { x } from "../../core/x.ts";',
      "server/src/catalogue/h.ts": 'import { Step } from "@steward/sdk";',
      "server/src/nowhere/i.ts": 'import { x } from "../core/x.ts";',
    },
    count: 9,
    allowed: {
      "server/src/core/a.ts": 'import { Step } from "@steward/sdk"; import { x } from "./deep/x.ts";',
      "server/src/core/deep/b.ts": 'import { x } from "../x.ts";',
      "server/src/people/d.ts": 'import { x } from "../engine/x.ts"; import { y } from "../people/y.ts";',
      "server/src/connectors/slack/g.ts": 'import { Step } from "@steward/sdk"; import { x } from "../x.ts";',
      "server/src/store/f.test.ts": 'import { x } from "../keyring/x.ts";',
      "server/src/app.ts": 'import { x } from "./adapters/x.ts"; // import "../store/nothing.ts"',
    },
  },
  {
    name: "what lies beside the folders is imported by nobody but the CLI and each other",
    find: rules.importsOfTheRoot,
    planted: { "server/src/core/a.ts": 'import type { App } from "../app.ts";' },
    count: 1,
    allowed: {
      "server/src/main.ts": 'import { startApp } from "./app.ts";',
      "server/src/cli/up.ts": 'import { startApp } from "../app.ts";',
    },
  },
  {
    name: "the workspaces meet in the SDK alone",
    find: rules.importsAcrossWorkspaces,
    planted: {
      "web/src/a.tsx": 'import { x } from "@steward/server";',
      "web/src/b.ts": 'import { x } from "../../server/src/core/x.ts";',
      "server/src/http/c.ts": 'import { x } from "../../../web/src/x.ts";',
      "server/src/core/d.ts": 'import { x } from "@steward/sdk/src/api.ts";',
      "sdk/src/e.ts": 'import { readFileSync } from "node:fs";',
      "sdk/src/f.ts": 'import { x } from "@steward/web";',
    },
    count: 6,
    allowed: {
      "web/src/a.tsx": 'import { Run } from "@steward/sdk"; import { x } from "./b.ts"; import React from "react";',
      "sdk/src/e.ts": 'import { z } from "zod"; import { x } from "./f.ts";',
      "server/test/g.ts": 'import { x } from "../src/core/x.ts";',
    },
  },
  {
    name: "the product imports no test",
    find: rules.importsOfTests,
    planted: {
      "server/src/gate/a.ts": 'import { openGate } from "./gate.testsuite.ts";',
      "server/src/gate/b.ts": 'import { x } from "../../test/database.ts";',
      "web/src/c.ts": 'import { vi } from "vitest";',
    },
    count: 3,
    allowed: { "server/src/gate/a.test.ts": 'import { expect } from "vitest"; import "./gate.testsuite.ts";' },
  },
  {
    name: "sockets, processes and threads are in adapters alone",
    find: rules.outsideOfAdapters,
    planted: {
      "server/src/core/a.ts": 'import net from "node:net";',
      "server/src/http/b.ts": 'import type { IncomingMessage } from "http";',
      "server/src/engine/c.ts": 'const { Worker } = await import("node:worker_threads");',
      "server/src/store/d.ts": 'import { Pool } from "pg";',
      "server/src/gate/e.ts": 'import { request } from "undici/index.js";',
      "server/src/app.ts": 'import { lookup } from "node:dns/promises";',
      "server/src/cli/f.ts": 'const cp = require("child_process");',
      "server/src/flows/g.ts": 'const tls = process.getBuiltinModule("node:tls");',
      "server/src/people/h.ts": "const x = await import(name);",
      "server/src/gate/i.ts": 'const answer = await fetch("https://example.com");',
      "server/src/gate/j.ts": "const send = globalThis.fetch;",
      "server/src/gate/k.ts": 'const send = globalThis["fetch"];',
      "server/src/gate/l.ts": "const options = { fetch };",
      "server/src/engine/m.ts": "new WebSocket(url);",
      "web/src/n.ts": "const events = new EventSource(url);",
    },
    count: 15,
    allowed: {
      "server/src/adapters/egress/a.ts": 'import net from "node:net"; import { Client } from "undici"; fetch(url);',
      "server/src/gate/b.ts":
        'const options = { fetch: 1 }; parts.fetch(url); // fetch(url)\nconst say = "fetch(url)";',
      "server/src/core/c.test.ts": 'import { Worker } from "node:worker_threads";',
      "sdk/src/d.ts": "globalThis.fetch(url);",
      "server/src/engine/e.ts": 'import { createHash } from "node:crypto"; import { Poll } from "undici-types";',
    },
  },
  {
    name: "no text is ever evaluated in the host",
    find: rules.hostEvaluation,
    planted: {
      "server/src/adapters/a.ts": 'import vm from "node:vm";',
      "server/src/core/b.ts": 'new Function("return 1")();',
      "server/src/core/c.ts": 'const make = globalThis.Function("return 1");',
      "web/src/d.ts": 'eval("1");',
    },
    count: 4,
    allowed: { "server/src/core/a.ts": 'export type Any = Function; const say = "eval(1)"; context.evaluate(x);' },
  },
  {
    name: "credentials are opened by the gate and the keyring alone",
    find: rules.openersOfCredentials,
    planted: {
      "server/src/engine/a.ts": 'import { openCredential } from "../keyring/open-credential.ts";',
      "server/src/app.ts": 'import type { HeldProjectKeys } from "./keyring/project-keys.ts";',
      "server/src/flows/b.ts": 'const { openCredential } = await import("../keyring/open-credential.ts");',
    },
    count: 3,
    allowed: {
      "server/src/gate/a.ts": 'import { openCredential } from "../keyring/open-credential.ts";',
      "server/src/keyring/b.ts": 'import { HeldProjectKeys } from "./project-keys.ts";',
      "server/src/engine/c.ts": 'import type { ProjectKeys } from "../keyring/keyring.ts";',
      "server/src/flows/d.test.ts": 'import { openCredential } from "../keyring/open-credential.ts";',
    },
  },
  {
    name: "every file and folder is named for a thing or a verb, and none only passes names on",
    find: rules.namelessFiles,
    planted: {
      "server/src/core/utils.ts": "export const x = 1;",
      "server/src/core/Helpers.test.ts": "export const x = 1;",
      "server/src/shared/a.ts": "export const x = 1;",
      "server/src/engine/run-helpers.ts": "export const x = 1;",
      "server/src/engine/run.service.ts": "export const x = 1;",
      "server/src/engine/run-part2.ts": "export const x = 1;",
      "server/src/http/v2/runs.ts": "export const x = 1;",
      "web/src/ui/index.tsx": "export const x = 1;",
      "web/src/ui/all.ts": 'export * from "./a.ts"; export { b } from "./b.ts";',
    },
    count: 9,
    allowed: {
      "sdk/src/main.ts": 'export * from "./api.ts";',
      "server/src/adapters/postgres/sql-types.ts": 'export { a } from "./a.ts"; export const b = 1;',
      "server/src/core/empty.ts": "",
    },
  },
  {
    name: "every SQL statement is in the store",
    find: rules.strayStatements,
    planted: {
      "server/src/engine/a.ts": "const text = `select id from steward.runs where id = $1`;",
      "server/src/engine/b.ts": "const text = `\n  with due as (select 1) delete from queue`;",
      "server/src/http/c.ts": 'const text = "INSERT INTO runs (id) VALUES ($1)";',
      "server/src/flows/d.ts": "const text = `update ${table} set version = 1`;",
      "server/src/app.ts": 'const text = "delete from steward.queue";',
      "server/src/people/e.ts": 'const text = "create table x (id int)";',
      "server/src/gate/f.ts": `const text = "select set_config('a', 'b', true)";`,
      "server/src/adapters/postgres/g.ts": 'const text = "select * from steward.runs";',
    },
    count: 8,
    allowed: {
      "server/src/store/a.ts": 'const text = "select id from steward.runs";',
      "server/src/adapters/postgres/b.ts": 'const text = "select pid from pg_stat_activity";',
      "server/src/steps/c.ts":
        'const say = ["update the flow", "with care", "select one", "delete it", "create a key"];',
      "server/src/engine/d.ts": "// select id from steward.runs\nexport const x = 1;",
    },
  },
  {
    name: "no file is excused of a rule",
    find: rules.exemptions,
    planted: {
      "server/src/core/a.ts": "/* oxlint-disable max-lines */",
      "server/src/core/b.ts": "// oxlint-disable-next-line max-lines-per-function -- it is long",
      "server/src/core/c.ts": "// oxlint-disable-next-line",
      "server/src/core/d.ts": "// @ts-expect-error because",
      "server/src/core/e.test.ts": "// @ts-nocheck",
      "web/src/f.tsx": "// eslint-disable-next-line no-shadow -- why",
    },
    count: 6,
    allowed: {
      "server/src/core/a.ts": "// oxlint-disable-next-line no-shadow -- the outer one is not meant",
      "server/src/core/d.test.ts": "// @ts-expect-error the type refuses it too",
      "server/src/core/e.ts":
        'const say = ["// @ts-ignore", `/* oxlint-disable */ ${x} // @ts-nocheck`, /\\/\\/ @ts-ignore/];',
    },
  },
];

function sourcesOf(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([file, text]) => readSource(file, text));
}

test.each(RULES)("a planted violation is caught: $name", ({ find, planted, count, allowed }) => {
  expect(find(sourcesOf(planted), SMALL_MAP)).toHaveLength(count);
  for (const source of sourcesOf(planted)) expect([source.path, find([source], SMALL_MAP).length]).not.toContain(0);
  expect(find(sourcesOf(allowed), SMALL_MAP)).toEqual([]);
});

test.each(RULES)("$name", ({ find }) => expect(find(TREE, MAP)).toEqual([]));

function emptyFiles(files: readonly string[]): Source[] {
  return files.map((file) => readSource(file, ""));
}

test("every folder has a row and every row a folder", () => {
  const folders = [...SMALL_MAP.keys()].map((folder) => `server/src/${folder}/a.ts`);
  expect(rules.offTheMap(emptyFiles([...folders, "server/src/app.ts", "web/src/pages/a.ts"]), SMALL_MAP)).toEqual([]);
  expect(rules.offTheMap(emptyFiles([...folders.slice(1), "server/src/new/a.ts"]), SMALL_MAP)).toEqual([
    "new has no row",
    "core has no folder",
  ]);
  expect(rules.offTheMap(TREE, MAP)).toEqual([]);
});

test("a map that can't be read fails", () => {
  expect(() => rules.readImportMap("# Architecture\n")).toThrow("no table");
  const strange = "| `server/src` folder | here | may import |\n| --- | --- | --- |\n| `core` | x | the above |\n";
  expect(() => rules.readImportMap(strange)).toThrow("the row of core allows the, above");
});

test("lint and the dead-code check see every file, and sizes hold for all but tests", () => {
  const off = { "max-lines": "off", "max-lines-per-function": ["error", { max: 80 }] };
  const lint = {
    ignorePatterns: ["**/dist/**"],
    overrides: [{ files: ["**/*.test.ts", "server/src/engine/**"], rules: off }],
  };
  const knip = { ignoreDependencies: ["node-*"], workspaces: { server: { ignore: ["src/old.ts"], ignoreFiles: [] } } };
  expect(rules.configuredExemptions(lint, knip)).toEqual([
    "oxlint: max-lines is off for server/src/engine/**",
    "oxlint: **/dist/** is ignored",
    "knip.workspaces.server: ignore",
    "knip.workspaces.server: ignoreFiles",
  ]);
  expect(rules.configuredExemptions(JSON.parse(read(".oxlintrc.json")), JSON.parse(read("knip.json")))).toEqual([]);
});

test("the tree is there", () => {
  for (const workspace of ["sdk/src/", "server/src/", "server/test/", "web/src/"]) {
    expect(TREE.filter((source) => source.path.startsWith(workspace)).length).toBeGreaterThan(2);
  }
});
