import { randomFillSync } from "node:crypto";
import { homeKeyFiles } from "../src/adapters/key-files/home-key-files.ts";
import { openHome } from "../src/adapters/home/home.ts";
import type { Clock } from "../src/core/ports/clock.ts";
import type { Keyring } from "../src/keyring/keyring.ts";
import { openKeyring } from "../src/keyring/open-keyring.ts";
import { openMasterKey } from "../src/keyring/open-master-key.ts";

/** A keyring with its files in a folder of the test's. */
export async function openTestKeys(folder: string, clock: Clock): Promise<Keyring> {
  const files = homeKeyFiles(openHome(folder).folder, process.getuid?.() ?? null);
  const { nowMs } = clock;
  const master = await openMasterKey({ given: undefined, files, fillRandom: randomFillSync, nowMs });
  return openKeyring({ files, master, fillRandom: randomFillSync, nowMs, projectsMax: 100 });
}
