import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import { openTestKeys } from "../../test/open-test-keys.ts";
import { stewardDatabase } from "../../test/steward-database.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import { openProofTenants } from "./proof-tenants.ts";

test("a proof leaves no keys behind, however often it is made or broken off", async () => {
  const db = await stewardDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "steward-proof-"));
  const clock = fakeClock();
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  const open = () => openProofTenants({ database: db.database, identityDatabase: db.identity, keyring, clock, ids });
  const keys = async () => (await db.admin.query({ text: "select from steward.api_keys" })).count;
  try {
    await open(); // broken off
    const made = await keys();
    expect(made).toBeGreaterThan(0);
    const again = await open();
    expect(await keys()).toBe(made);
    await again.close();
    expect(await keys()).toBe(0);
  } finally {
    await db.drop();
    rmSync(folder, { recursive: true });
  }
});
