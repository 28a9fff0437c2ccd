import { exportAudit } from "../../audit/export-audit.ts";
import { INSTALLATION } from "../../store/installation.ts";
import { listReached } from "../../store/proof-facts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";

/** Purposes of the ledger that are the installation's own; what it was asked to reach by others is theirs. */
const OWN: ReadonlySet<string> = new Set(["mail", "identity", "key_service", "blobs"]);
const LOOKS_MAX = 20;
const LOOK_MS = 250;

/** G5: whom the installation reaches on its own behalf is what its settings say, and nobody else. */
export const subProcessors: Check = {
  id: "G5",
  promise:
    "Sub-processors are exactly the hosts that the installation can reach on its own behalf; a call to an unlisted one is refused and reported",
  tries:
    "derives the list from the settings, compares it with the ledger of what was reached since the start, and calls a host that is not on it",
  notWhen: null,
  async run(parts) {
    const { subProcessors: listed, startedMs } = parts.facts;
    const reached = (await listReached(parts.database, startedMs)).filter(({ purpose }) => OWN.has(purpose));
    const faults = reached
      .filter(({ host, purpose }) => !listed.some((one) => one.purpose === purpose && one.host === nameOf(host)))
      .map(({ host, purpose }) => `${host} was reached for ${purpose}, and no setting names it`);
    const unlisted = `${parts.ids.bytes(8).toString("hex")}.proof.invalid`;
    const answer = await parts.callUnlisted(`https://${unlisted}/`);
    if (answer.kind !== "refused" || answer.code !== "host_not_allowed")
      faults.push(`a call to an unlisted host was not refused: ${"code" in answer ? answer.code : answer.kind}`);
    else if (!(await isReported(parts, unlisted)))
      faults.push("a call to an unlisted host was refused and not reported");
    const names = listed.map(({ host, purpose }) => `${host} for ${purpose}`);
    return verdictOf(faults, [
      `on its own behalf this installation can reach ${names.length === 0 ? "nobody" : names.join(", ")}`,
      `${reached.length} of them were reached since it began, and nobody else`,
      "a call to an unlisted host was refused and is in the installation's audit",
    ]);
  },
};

/** Without the port: the ledger has some with it. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

async function isReported(parts: ProveParts, host: string): Promise<boolean> {
  const fromMs = parts.clock.nowMs() - 10_000;
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    if (looks > 0) await new Promise<void>((resolve) => void parts.clock.after(LOOK_MS, resolve));
    for await (const piece of exportAudit(parts, INSTALLATION, { fromMs, toMs: null }))
      if (piece.split("\n").some((line) => line.includes("egress.unlisted") && line.includes(host))) return true;
  }
  return false;
}
