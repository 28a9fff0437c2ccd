import type { Table } from "../../catalogue/declare.ts";
import { placeOf, TABLES } from "../../catalogue/tables.ts";
import type { ProjectKeys } from "../../keyring/keyring.ts";
import { SealError } from "../../keyring/seal-error.ts";
import { countRowsHolding, countUnsealed, listOperatorAccounts, listProofBlobs } from "../../store/proof-facts.ts";
import { makeProofConsent, removeProofConsent } from "../../store/proof-tenants.ts";
import { queryInScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf } from "../expect-answer.ts";
import { runProofFlow } from "../proof-flow.ts";
import { withProofPerson } from "../proof-person.ts";

const DECLARED: readonly Table[] = Object.values(TABLES);
const TENANT = DECLARED.filter((table) => table.scope !== "installation");
const BLOBS_MAX = 20;
const CHUNK = placeOf("file_chunks", "address");
const HOUR_MS = 3_600_000;

/** B5: what a project is given lies sealed wherever it lies, and who runs the installation is answered as if it weren't there. */
export const sealedContent: Check = {
  id: "B5",
  promise:
    "Content is sealed with the project's key; nothing shows it to the operator's staff; support needs the owner's time-limited consent",
  tries:
    "gives a text as variable, draft, run and file and looks for it in all rows and blobs; opens the file's blob with the project's key; asks the guard about each operator in front of an organization that gave no consent, and with one that is over",
  notWhen: null,
  async run(parts) {
    const marker = `proof ${parts.ids.bytes(15).toString("base64url")}`;
    const faults: string[] = [];
    const sealed = { values: 0, columns: 0 };
    const file = await write(parts, marker);
    try {
      faults.push(...(await faultsOfRows(parts, marker)), ...(await faultsOfBlobs(parts, marker)));
      const columns = await faultsOfColumns(parts);
      faults.push(...columns.faults);
      Object.assign(sealed, columns);
    } finally {
      await erase(parts, file);
    }
    faults.push(...(await faultsOfStaff(parts)));
    const { source } = await parts.masterKey();
    return verdictOf(faults, [
      `a text was given as variable, draft, run and file; it stands in none of the project's rows in ${TENANT.length} tables and in none of its blobs`,
      `${sealed.values} values in ${sealed.columns} sealed columns, all of them sealed bytes`,
      "an operator without the organization's consent, or by one that is over, and who is no member, is answered as for what is not there",
      source.includes("service")
        ? `the master key is in ${source}: whoever runs this machine can open what it is let open, and nothing once it is taken away`
        : `the master key is in ${source}, no key service: whoever holds both could open what is sealed`,
    ]);
  },
};

async function write(parts: ProveParts, text: string): Promise<string> {
  const {
    call,
    tenants: [own],
  } = parts;
  const key = own.keys.builder;
  expectAnswer(
    await call("PUT", "/v1/variables/proofContent", { key, body: { value: text } }),
    200,
    "setting a variable",
  );
  await putDraft(parts, text);
  await runProofFlow(parts, own, text);
  const file = await call("PUT", "/v1/files/content?path=proof.txt", {
    key,
    body: { text: text.repeat(100) },
    headers: { "content-type": "application/octet-stream" },
  });
  if (file.status !== 200) expectAnswer(file, 201, "storing a file");
  const read = expectAnswer(await call("GET", "/v1/variables", { key }), 200, "reading variables");
  if (!read.text.includes(text)) throw new Error("a variable does not come back as it was given");
  return String(fieldsOf(file)["id"]);
}

/** One and the same flow for all proofs: deleted ones would stay for 30 days. */
async function putDraft({ call, tenants: [own] }: ProveParts, text: string): Promise<void> {
  const steps = [{ id: "note", kind: "set", note: text, input: { text } }];
  const body = { format: 1, name: "proof", triggers: [], steps };
  const put = await call("PUT", "/v1/flows/proof-draft", { key: own.keys.builder, body });
  if (put.status !== 200) expectAnswer(put, 201, "storing a draft");
}

async function erase(parts: ProveParts, file: string): Promise<void> {
  const {
    call,
    tenants: [own],
  } = parts;
  const key = own.keys.builder;
  await putDraft(parts, "nothing");
  await call("DELETE", "/v1/variables/proofContent", { key });
  await call("DELETE", `/v1/files/${file}?forever=true`, { key });
}

async function faultsOfRows({ database, tenants: [own] }: ProveParts, text: string): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { name } of TENANT) {
    const count = await countRowsHolding(database, own, { name, column: "" }, Buffer.from(text));
    if (count > 0) faults.push(`${count} rows of ${name} hold content as it was given`);
  }
  return faults;
}

async function faultsOfBlobs(
  { database, blobs, keyring, tenants: [own] }: ProveParts,
  text: string,
): Promise<readonly string[]> {
  const stored = await listProofBlobs(database, own, BLOBS_MAX);
  const keys = await keyring.project(own.organization, own.project);
  let held = false;
  for (const { address } of stored) {
    const bytes = await blobs.get(own.project, address);
    if (bytes?.includes(text)) return ["a file's content lies in its blob as it was given"];
    held ||= bytes !== null && (openBlob(keys, address, bytes)?.includes(text) ?? false);
  }
  return held ? [] : ["no blob that opens with the project's key, in its own place, holds the file that was stored"];
}

/** Null for what was not sealed with the project's key for this address. */
function openBlob(keys: ProjectKeys, address: Buffer, bytes: Uint8Array): Buffer | null {
  try {
    return keys.open("file", CHUNK, address, bytes);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

async function faultsOfColumns({ database, tenants: [own] }: ProveParts) {
  const faults: string[] = [];
  let [values, columns] = [0, 0];
  for (const { name, columns: declared } of TENANT)
    for (const [column, { sealed }] of Object.entries(declared)) {
      if (sealed === null) continue;
      columns++;
      const { all, unsealed } = await countUnsealed(database, own, { name, column }, column);
      values += all;
      if (unsealed > 0) faults.push(`${unsealed} of ${all} values in ${name}.${column} are not sealed`);
    }
  return { faults, values, columns };
}

/** Operators and strangers in front of an organization that gave no consent. */
async function faultsOfStaff(parts: ProveParts): Promise<readonly string[]> {
  const {
    dryEnter,
    dispatch,
    tenants: [own],
  } = parts;
  const faults: string[] = [];
  for (const account of (await listOperatorAccounts(dispatch)).slice(0, 20)) {
    const entered = await dryEnter({ account, secondFactor: true, organization: own.shownOrganization });
    if (entered !== "not_found")
      faults.push(`an operator was let into an organization without its consent: ${entered}`);
  }
  faults.push(...(await faultsOfOverConsent(parts)));
  await withProofPerson(parts, {}, async (person) => {
    const cookie = await person.begin();
    for (const path of ["", "/members", "/audit", "/projects"]) {
      const { status } = await person.get(`/v1/organizations/${own.shownOrganization}${path}`, cookie);
      if (status !== 404) faults.push(`somebody who is no member was answered ${status} at the organization${path}`);
    }
    const headers = { "steward-project": own.shownProject };
    const { status } = await parts.call("GET", "/v1/variables", { cookie, headers });
    if (status !== 404) faults.push(`somebody who is no member was answered ${status} at a project's variables`);
  });
  return faults;
}

/** A consent whose time is over lets nobody in. */
async function faultsOfOverConsent(parts: ProveParts): Promise<readonly string[]> {
  const {
    database,
    dispatch,
    clock,
    ids,
    dryEnter,
    tenants: [own],
  } = parts;
  const [account] = await listOperatorAccounts(dispatch);
  if (account === undefined) return [];
  const id = ids.uuid();
  const nowMs = clock.nowMs();
  const over = { id, grantedBy: own.members.owner, nowMs: nowMs - HOUR_MS, expiresMs: nowMs - 1000 };
  await queryInScope(database, own, makeProofConsent(own.organization, over));
  try {
    const entered = await dryEnter({ account, secondFactor: true, organization: own.shownOrganization });
    return entered === "not_found" ? [] : [`an operator was let in by a consent that is over: ${entered}`];
  } finally {
    await queryInScope(database, own, removeProofConsent(own.organization, id));
  }
}
