/** A flow of the proof's own: it keeps what it is given, and tries a request to an address that nobody may be reached at. */
import type { ProveParts } from "./check.ts";
import { expectAnswer, fieldsOf } from "./expect-answer.ts";
import type { ProofTenant } from "./proof-tenants.ts";

const SLUG = "proof";
/** For documentation only, and never let through (RFC 5737). */
const NOWHERE = "http://192.0.2.1:9/";

const FILE = {
  format: 1,
  name: "proof",
  triggers: [{ id: "start", kind: "manual" }],
  steps: [
    { id: "keep", kind: "set", input: { text: "{{ trigger.body.text }}" }, next: ["call"] },
    { id: "call", kind: "http", input: { method: "GET", url: NOWHERE }, onError: "continue" },
  ],
};
const WAIT_SECONDS = 20;

/** Publishes it if need be, and runs it to its end. */
export async function runProofFlow(
  parts: Pick<ProveParts, "call">,
  tenant: Pick<ProofTenant, "keys">,
  text: string,
): Promise<{ readonly flow: string; readonly run: string }> {
  const run = expectAnswer(await start(parts, tenant, { input: { text }, wait: WAIT_SECONDS }), 200, "running a flow");
  const { id, status } = fieldsOf(run);
  if (status !== "completed") throw new Error(`the proof's run ended ${String(status)}`);
  return { flow: SLUG, run: String(id) };
}

/** Publishes it if need be, and starts a run that is not waited for; gives its id. */
export async function startProofRun(
  parts: Pick<ProveParts, "call">,
  tenant: Pick<ProofTenant, "keys">,
  text: string,
): Promise<string> {
  const run = expectAnswer(await start(parts, tenant, { input: { text } }), 202, "starting a flow");
  return String(fieldsOf(run)["id"]);
}

/** Publishes a flow of the proof's own, however an earlier proof has left it; gives its path. */
export async function publishProofFlow(
  { call }: Pick<ProveParts, "call">,
  { keys }: Pick<ProofTenant, "keys">,
  slug: string,
  steps: readonly object[],
  triggers: readonly object[] = [{ id: "start", kind: "manual" }],
): Promise<string> {
  const key = keys.builder;
  const path = `/v1/flows/${slug}`;
  const body = { format: 1, name: "proof", triggers, steps };
  const put = await call("PUT", path, { key, body });
  if (put.status !== 201) expectAnswer(put, 200, "storing a flow");
  expectAnswer(await call("POST", `${path}/publish`, { key, body: {} }), 200, "publishing a flow");
  // The end of what it used has paused it.
  await call("POST", `${path}/resume`, { key, body: {} });
  return path;
}

async function start({ call }: Pick<ProveParts, "call">, { keys }: Pick<ProofTenant, "keys">, body: object) {
  const key = keys.builder;
  const path = `/v1/flows/${SLUG}`;
  const put = await call("PUT", path, { key, body: FILE });
  if (put.status !== 201) expectAnswer(put, 200, "storing the proof's flow");
  expectAnswer(await call("POST", `${path}/publish`, { key, body: {} }), 200, "publishing the proof's flow");
  return await call("POST", `${path}/runs`, { key, body });
}
