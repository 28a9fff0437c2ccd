import { findConnectionById } from "../../store/connections.ts";
import { listRevocations } from "../../store/revocations.ts";
import { setProjectDeleted } from "../../store/projects.ts";
import { queryInScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer } from "../expect-answer.ts";
import { makeProofConnection } from "../proof-effects.ts";
import { type ProofPerson, withProofPerson } from "../proof-person.ts";
import { proofProvider } from "../proof-provider.ts";
import type { Trial } from "../trial.ts";

const LOOKS_MAX = 25;
const LOOK_MS = 200;

/** C9: connections end with what they belong to. */
export const endsWithItsOwner: Check = {
  id: "C9",
  promise: "Deleting an account or a project revokes and removes its connections",
  tries:
    "deletes its second project, and makes a person a member who leaves, each with a connection, and looks for what is left of those; then brings the project back",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    return await parts.withTrial(provider.setting, async (trial) => {
      const faults = [
        ...(await withProofPerson(parts, {}, (person) => faultsOfMember(parts, trial, person))),
        ...(await faultsOfProject(parts, trial)),
      ];
      return verdictOf(faults, [
        "a project was deleted: its connection was disconnected, its tokens erased, and there is a receipt",
        "somebody left: their own connection was disconnected likewise, the project's stayed",
      ]);
    });
  },
};

async function faultsOfProject(parts: ProveParts, trial: Trial): Promise<readonly string[]> {
  const {
    call,
    database,
    tenants: [, other],
  } = parts;
  const path = `/v1/organizations/${other.shownOrganization}/projects/${other.shownProject}`;
  const connection = await makeProofConnection(parts, trial, other, { slug: "proof-left", access: "token" });
  try {
    expectAnswer(await call("DELETE", path, { key: other.keys.owner }), 204, "deleting a project");
    return await faultsOfLeft(parts, other, connection, "its project was deleted");
  } finally {
    await queryInScope(database, other, setProjectDeleted(other.project, null));
  }
}

async function faultsOfMember(parts: ProveParts, trial: Trial, person: ProofPerson): Promise<readonly string[]> {
  const {
    call,
    database,
    tenants: [own],
  } = parts;
  const member = await person.join(own, "builder");
  const about = { access: "token", owner: person.account };
  const theirs = await makeProofConnection(parts, trial, own, { slug: "proof-theirs", ...about });
  const ours = await makeProofConnection(parts, trial, own, { slug: "proof-ours", access: "token" });
  const path = `/v1/organizations/${own.shownOrganization}/members/${member}`;
  const removed = await call("DELETE", path, { key: own.keys.owner });
  if (removed.status !== 200) expectAnswer(removed, 204, "removing a member");
  const faults = [...(await faultsOfLeft(parts, own, theirs, "whose it was has left"))];
  const row = await findConnectionById(database, own, ours);
  if (row?.status !== "active") faults.push(`a connection of the project was ${row?.status} when a member left`);
  return faults;
}

/** It is the installation's own turn to end what was left; it takes a look every few seconds. */
async function faultsOfLeft(
  { database, clock }: ProveParts,
  tenant: Parameters<typeof makeProofConnection>[2],
  connection: string,
  why: string,
): Promise<readonly string[]> {
  let row = await findConnectionById(database, tenant, connection);
  for (let looks = 0; row?.status === "active" && looks < LOOKS_MAX; looks++) {
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    row = await findConnectionById(database, tenant, connection);
  }
  if (row?.status === "active") return [`a connection still stands after ${why}`];
  const faults = row !== null && row.secret !== null ? [`tokens are still kept after ${why}`] : [];
  const receipts = await listRevocations(database, tenant, { before: null, limit: 100 });
  if (!receipts.some((receipt) => receipt.connection === connection))
    faults.push(`a connection that ended because ${why} has no receipt`);
  return faults;
}
