/** Encryption keys from the command line, against the whole program: rotated, looked at, retired where nothing needs them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandLine, type Said } from "./command-line.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

let whole: TestSteward;
const cwd = mkdtempSync(path.join(tmpdir(), "steward-keys-"));
beforeAll(async () => {
  whole = await startSteward();
});
afterAll(async () => {
  await whole.close();
  rmSync(cwd, { recursive: true, force: true });
});

const steward = (...argv: string[]): Promise<Said> =>
  commandLine({ cwd, address: whole.address, key: whole.key }, {}, ["organization", ...argv]);

test("a rotation shows what is still sealed under old keys, and only what nothing needs is destroyed", async () => {
  await whole.client.putVariable({ name: "greeting", body: { value: "hello" } });
  expect((await steward("retire-keys")).out).toEqual([expect.stringContaining("no key is retired")]);
  expect((await steward("keys")).out.filter((line) => line.includes("retired"))).toEqual([]);
  expect((await steward("rotate-keys")).code).toBe(0);
  const keys = await steward("keys");
  expect(keys.out.filter((line) => line.includes("retired")).map((line) => line.split(/\s{2,}/).slice(0, 4))).toEqual([
    ["the organization", "organization", "1", "retired"],
    ["default", "content", "1", "retired"],
    ["default", "credential", "1", "retired"],
  ]);
  expect(keys.out).toContain("default: variables.value: 1 value to look at, begins within ten minutes");
  expect(keys.err.join("\n")).toContain("steward organization retire-keys");
  expect(keys.out.join("\n")).not.toContain("credentials.secret");
  const asked = await steward("retire-keys");
  expect([asked.code, asked.out]).toEqual([2, []]);
  expect(asked.err[0]).toContain("backups from before their rotation open no more");
  expect(asked.err[0]).toContain("default: credential key, epoch 1");
  expect((await steward("retire-keys", "--yes", "Another")).err[0]).toContain("nothing was changed");
  const retired = await steward("retire-keys", "--yes", "Steward");
  expect(retired.out).toEqual([
    "the organization: organization key, epoch 1: destroyed",
    expect.stringMatching(
      /^default: content key, epoch 1: kept\. Not everything is resealed yet: variables\.value \(1\)\. It goes on/,
    ),
    expect.stringMatching(
      /^default: credential key, epoch 1: kept\. Nothing is known to be left under it, but not all was looked at yet/,
    ),
  ]);
  expect((await steward("keys")).out.join("\n")).not.toMatch(/organization +1 +retired/);
  expect((await whole.client.listVariables({})).items).toMatchObject([{ name: "greeting", value: "hello" }]);
  const { organizationId: organization } = await whole.client.me();
  const audit = await whole.client.listAudit({ organization, action: "keyring." });
  expect(audit.items.map(({ action, facts }) => [action, facts["class"] ?? null])).toEqual([
    ["keyring.retired", "organization"],
    ["keyring.retiring", "organization"],
    ["keyring.rotated", null],
    ["keyring.rotation_begun", null],
  ]);
  // As ten minutes later, when the turns have been.
  await whole.db.admin.query({
    text: `update steward.reseals set done_at = now() - interval '2 minutes'
      where part in ('credentials.secret', 'connections.secret', 'connect_states.verifier', 'oauth_clients.secret', 'revocations.slot', 'event_triggers.secret')`,
  });
  const { organizationId } = await whole.client.me();
  expect((await steward("retire-keys", "--yes", organizationId)).out).toContain(
    "default: credential key, epoch 1: destroyed",
  );
});
