import { countPinnedElsewhere, countRegions, listMisplaced } from "../../store/regions.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf, tellOf } from "../expect-answer.ts";
import { startProofRun } from "../proof-flow.ts";

const LOOKS = 6;
const LOOK_MS = 250;
const OVER: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** B7: what is pinned to a region is led by workers of it and by no others; one installation's store is of one region. */
export const regions: Check = {
  id: "B7",
  promise: "A project can be pinned to a region label; its data and runs stay on stores and workers with that label",
  tries:
    "pins its organization to the region of this installation and to one that is not, and runs a flow there; looks for runs that are led by a worker of another region, and for projects that are pinned to where their data is not",
  notWhen: "no region is set up, and nothing is pinned to one",
  async run(parts) {
    const { facts, dispatch, clock } = parts;
    const label = facts.storeRegion;
    const elsewhere = await countPinnedElsewhere(dispatch, label);
    if (elsewhere > 0)
      return verdictOf([`${elsewhere} projects are pinned to a region, and their data is in ${label ?? "none"}`], []);
    if (label === null) return { state: "not_applicable", reason: "No region is set up here (STEWARD_REGIONS)." };
    const misplaced = await countMisplaced(parts);
    if (misplaced > 0)
      return verdictOf([`${misplaced} runs are led by a worker of another region than their project's`], []);
    const workers = (await countRegions(dispatch, clock.nowMs())).find((one) => one.label === label)?.workers ?? 0;
    const pinned = await runPinned(parts, label, workers);
    return verdictOf(pinned.faults, [
      `all data of this installation is in ${label}: its one database and its store; no project is pinned to another, and another label is refused`,
      ...pinned.evidence,
      "no run is led by a worker of another region than its project's",
    ]);
  },
};

async function runPinned(parts: ProveParts, label: string, workers: number) {
  const {
    call,
    clock,
    tenants: [own],
  } = parts;
  const path = `/v1/organizations/${own.shownOrganization}`;
  const pin = (region: string | null) => call("PATCH", path, { key: own.keys.owner, body: { region } });
  const faults: string[] = [];
  const pinned = expectAnswer(await pin(label), 200, `pinning to ${label}`);
  try {
    if (fieldsOf(pinned)["region"] !== label) faults.push(`an organization that was pinned to ${label} is not`);
    for (const other of [`not-${label}`.slice(0, 50), ...parts.facts.regions.filter((one) => one !== label)]) {
      const elsewhere = await pin(other);
      if (elsewhere.status !== 422)
        faults.push(`an organization was pinned to a region where its data is not: ${tellOf(elsewhere)}`);
    }
    const run = `/v1/runs/${await startProofRun(parts, own, "pinned")}`;
    let status = "queued";
    for (let looks = 0; looks < LOOKS && !OVER.has(status); looks++) {
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
      status = String(fieldsOf(await call("GET", run, { key: own.keys.viewer }))["status"]);
    }
    if (workers === 0 && status !== "queued") faults.push(`a run went on without any worker in ${label}: ${status}`);
    if (status === "queued") await call("POST", `${run}/cancel`, { key: own.keys.owner, body: {} });
    const evidence = `a run pinned to ${label}, where ${workers} workers stand: ${status}`;
    return { faults, evidence: [evidence] };
  } finally {
    await pin(null);
  }
}

/** Of two looks the second counts: what was pinned a moment ago is about to be given back. */
async function countMisplaced({ dispatch, clock }: ProveParts): Promise<number> {
  if ((await listMisplaced(dispatch)).length === 0) return 0;
  await new Promise<void>((resolve) => void clock.after(LOOKS * LOOK_MS, resolve));
  return (await listMisplaced(dispatch)).length;
}
