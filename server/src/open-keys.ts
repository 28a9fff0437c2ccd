/** Opens what the keyring offers, from the settings: the master key where it is, the keys beneath it, and the verbs that change them. */
import { randomFillSync } from "node:crypto";
import type { Home } from "./adapters/home/home.ts";
import { homeKeyFiles } from "./adapters/key-files/home-key-files.ts";
import { kmsMasterKey } from "./adapters/kms/kms-master-key.ts";
import { parseFormerKeySetting, parseKeySetting } from "./adapters/kms/parse-key-setting.ts";
import { systemClock } from "./adapters/system/system-clock.ts";
import type { Config } from "./config.ts";
import type { Egress } from "./core/ports/egress.ts";
import type { MasterKey, MasterKeySetting } from "./core/ports/master-key.ts";
import type { KeySources } from "./keyring/key-sources.ts";
import type { Keyring } from "./keyring/keyring.ts";
import { openInstallationSecrets, type InstallationSecret } from "./keyring/open-installation-secrets.ts";
import { openKeyring } from "./keyring/open-keyring.ts";
import { openMasterKey } from "./keyring/open-master-key.ts";

export interface OpenKeys {
  readonly keyring: Keyring;
  readonly sources: KeySources;
  readonly secretOf: InstallationSecret;
}

/** Projects whose keys a process holds at once. */
const PROJECTS_MAX = 1000;

/** @param egress what a key service is asked through */
export async function openKeys(config: Config, home: Home, egress: Egress): Promise<OpenKeys> {
  const files = homeKeyFiles(home.folder, process.getuid?.() ?? null);
  const setting = parseKeySetting(config.keys);
  const former = config.formerKey === null ? null : parseFormerKeySetting(config.formerKey, config.keys);
  const master = await openMasterKey({
    given: setting.kind === "given" ? setting.key : undefined,
    service: serviceOf(setting, egress),
    former:
      former === null ? undefined : (serviceOf(former, egress) ?? (former.kind === "given" ? former.key : "file")),
    files,
    fillRandom: randomFillSync,
    nowMs: systemClock.nowMs,
  });
  const sources: KeySources = { files, master, fillRandom: randomFillSync, nowMs: systemClock.nowMs };
  return {
    sources,
    keyring: openKeyring({ ...sources, projectsMax: PROJECTS_MAX }),
    secretOf: await openInstallationSecrets(sources),
  };
}

function serviceOf(setting: MasterKeySetting, egress: Egress): MasterKey | undefined {
  return setting.kind === "kms" ? kmsMasterKey(setting, { egress, clock: systemClock }) : undefined;
}
