/** What the small things cost that every run does many of. */
import { randomFillSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { homeKeyFiles } from "../src/adapters/key-files/home-key-files.ts";
import { openHome } from "../src/adapters/home/home.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { compileTemplate, evaluateTemplate } from "../src/core/expression/template.ts";
import { uuidBytes } from "../src/core/id.ts";
import type { JsonObject } from "../src/core/json.ts";
import { openKeyring } from "../src/keyring/open-keyring.ts";
import { openMasterKey } from "../src/keyring/open-master-key.ts";
import type { Line, Measurement } from "./measurement.ts";

const PLACE = { table: 1, column: 1 };
const ROUNDS = 10;
const TIMES = 2000;
const SEAL_US_MAX = 15;

export const smallCosts: Measurement = {
  name: "small-costs",
  async run({ say }) {
    say("sealing, opening, expressions");
    const folder = mkdtempSync(path.join(tmpdir(), "steward-bench-keys-"));
    try {
      return [...(await sealing(folder)), ...expressions()];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function sealing(folder: string): Promise<readonly Line[]> {
  const files = homeKeyFiles(openHome(folder).folder, process.getuid?.() ?? null);
  const ids = systemIds(() => Date.now());
  const master = await openMasterKey({ given: undefined, files, fillRandom: randomFillSync, nowMs: () => Date.now() });
  const keyring = openKeyring({ files, master, fillRandom: randomFillSync, nowMs: () => Date.now(), projectsMax: 10 });
  const [organization, project] = [ids.uuid(), ids.uuid()];
  await keyring.createOrganization(organization);
  await keyring.createProject(organization, project);
  const keys = await keyring.project(organization, project);
  const plain = Buffer.alloc(1024, "x");
  const row = uuidBytes(ids.uuid());
  const run = keys.run(ids.uuid());
  const sealed = run.seal(PLACE, row, plain);
  return [
    lineOf("seal 1 KB with a run's key", () => run.seal(PLACE, row, plain), SEAL_US_MAX),
    lineOf("open it", () => run.open(PLACE, row, sealed), SEAL_US_MAX),
    lineOf("seal 1 KB with the key of a new run", () => keys.run(ids.uuid()).seal(PLACE, row, plain), SEAL_US_MAX),
  ];
}

function expressions(): readonly Line[] {
  const scope = { trigger: { body: { n: 42, name: "ada" } }, item: { n: 1, name: "ada", i: 7 } };
  return [
    expression("a member", "{{ trigger.body.n }}", scope),
    expression("a comparison", "{{ trigger.body.n + 1 > 10 }}", scope),
    expression("text of a call", "{{ item.name.toUpperCase() + '-' + item.i }}", scope),
  ];
}

function expression(what: string, source: string, scope: JsonObject): Line {
  const { template } = compileTemplate(source, "field", Object.keys(scope));
  return lineOf(`expression: ${what}`, () => evaluateTemplate(template, scope));
}

/** The quickest of several rounds: what else the machine does is none of the cost. */
export function lineOf(what: string, act: () => unknown, usMax?: number): Line {
  for (let time = 0; time < TIMES; time++) act();
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let time = 0; time < TIMES; time++) act();
    leastMs = Math.min(leastMs, performance.now() - began);
  }
  const us = (leastMs / TIMES) * 1000;
  return {
    what,
    measured: `${us.toFixed(2)} µs, ${Math.round(1_000_000 / us).toLocaleString("en")}/s`,
    ...(usMax === undefined ? {} : { target: `≤ ${usMax} µs`, met: us <= usMax }),
  };
}
