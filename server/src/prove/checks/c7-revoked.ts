import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf } from "../expect-answer.ts";
import { endedOf, endText, giveProofGrant, makeProofConnection, performProof, proofCall } from "../proof-effects.ts";
import { publishProofFlow } from "../proof-flow.ts";
import { type ProofProvider, proofProvider } from "../proof-provider.ts";
import type { Trial } from "../trial.ts";
import { listActiveTriggers } from "../../store/proof-facts.ts";

/** Over several workers; in one process it is a tenth. */
const MS_MAX = 1000;
const LOOK_MS = 50;

/** C7: once a revoke has answered, what it was about is over: nothing under way goes on, nothing begins. */
export const revokedAtOnce: Check = {
  id: "C7",
  promise:
    "Revoking a grant or a connection stops what rests on it at once: effects in flight are aborted and listed as done or unknown, waiting runs are cancelled and flows paused, nothing new begins, and nothing else is touched",
  tries:
    "revokes, by the API, a grant and a connection while an effect under it hangs at a counterpart of its own; measures when the last byte came, whether the connection to it is closed, and tries another effect; erases a credential that a waiting run is to use, and looks at that run, its flow and another run; then delivers to the flow's webhook and reads the rows of its triggers",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    provider.say("/thing", () => null);
    return await parts.withTrial(provider.setting, async (trial) => {
      const [own] = parts.tenants;
      await makeProofConnection(parts, trial, own, { slug: "proof-revoked", access: "token" });
      const grant = await giveProofGrant(parts, trial, own, { connection: "proof-revoked" });
      const byGrant = await revokeUnder(parts, trial, provider, `/v1/grants/${grant}`, "not_granted");
      await giveProofGrant(parts, trial, own, { connection: "proof-revoked" });
      const byConnection = await revokeUnder(
        parts,
        trial,
        provider,
        "/v1/connections/proof-revoked",
        "connection_missing",
      );
      const standing = await faultsOfStanding(parts);
      return verdictOf(
        [
          ...standing,
          ...byGrant.faults.map((fault) => `a grant: ${fault}`),
          ...byConnection.faults.map((fault) => `a connection: ${fault}`),
        ],
        [
          `a grant: ${byGrant.evidence}`,
          `a connection: ${byConnection.evidence}`,
          "a credential was erased: the flow that uses it was paused and its waiting run cancelled, another one went on waiting",
        ],
      );
    });
  },
};

async function revokeUnder(
  { call, clock, ids, tenants: [own] }: ProveParts,
  trial: Trial,
  provider: ProofProvider,
  path: string,
  refusal: string,
): Promise<{ readonly faults: readonly string[]; readonly evidence: string }> {
  const effect = { action: "proof.write", connection: "proof-revoked" } as const;
  const arrived = provider.next("/thing");
  const { call: asked, run } = proofCall({ ids }, own, effect);
  const performing = trial.gate.perform(asked).then((performed) => endText(endedOf(performed)));
  const early = await Promise.race([arrived.then(() => null), performing]);
  if (early !== null) return { faults: [`an effect ended before it was revoked: ${early}`], evidence: "" };
  const answer = expectAnswer(await call("DELETE", path, { key: own.keys.owner }), 200, "revoking");
  const answeredMs = clock.monotonicMs();
  const heard = provider.heard.length;
  const ended = await Promise.race([performing, pause(clock, MS_MAX).then(() => null)]);
  if (ended === null) return { faults: [`an effect in flight was not stopped within ${MS_MAX} ms`], evidence: "" };
  const stoppedMs = Math.round(clock.monotonicMs() - answeredMs);
  const faults: string[] = [];
  if (!/^unknown|^refused revoked/.test(ended)) faults.push(`an effect in flight ended as ${ended}`);
  if (!JSON.stringify(fieldsOf(answer)).includes(run))
    faults.push("the answer does not list the effect that was in flight");
  const next = endText(await performProof({ ids }, trial, own, effect));
  if (next !== `refused ${refusal}`) faults.push(`a further effect ended as ${next}, and not as refused ${refusal}`);
  for (let waitedMs = 0; trial.open() > 0 && waitedMs < MS_MAX; waitedMs += LOOK_MS) await pause(clock, LOOK_MS);
  if (trial.open() > 0) faults.push("a connection to the provider still stands");
  if (provider.heard.length > heard) faults.push("the provider was called after the revoke had answered");
  const lateMs = (trial.lastByteMs() ?? 0) - answeredMs;
  if (lateMs > 0) faults.push(`a byte came to the provider ${Math.round(lateMs)} ms after the revoke had answered`);
  return {
    faults,
    evidence: `the effect in flight ended as ${ended}, ${stoppedMs} ms after the revoke's answer, which lists it; no byte came after that answer; the next one was refused as ${refusal}`,
  };
}

const STANDING = "proof-stop";
const OTHER = "proof-wait";
const DAY_SECONDS = 86_400;
/** Beside that by hand: what starts runs of itself. */
const TRIGGERS = [
  { id: "start", kind: "manual" },
  { id: "told", kind: "webhook" },
  { id: "tick", kind: "schedule", everySeconds: DAY_SECONDS },
];
const STANDING_LOOKS_MAX = 100;

/** The end of what a flow uses is the end of its runs that stand, and of no others. */
async function faultsOfStanding(parts: ProveParts): Promise<readonly string[]> {
  const {
    call,
    tenants: [own],
  } = parts;
  const key = own.keys.owner;
  const secret = parts.ids.bytes(24).toString("base64url");
  const credential = { kind: "bearer", secret, hosts: ["192.0.2.1"] };
  expectAnswer(
    await call("PUT", `/v1/credentials/${STANDING}`, { key, body: credential }),
    200,
    "setting a credential",
  );
  const wait = { id: "wait", kind: "wait", input: { seconds: DAY_SECONDS } };
  const use = { id: "use", kind: "http", input: { url: "https://192.0.2.1/", credential: STANDING } };
  const flow = await publishProofFlow(parts, own, STANDING, [{ ...wait, next: ["use"] }, use], TRIGGERS);
  const other = await publishProofFlow(parts, own, OTHER, [wait]);
  const [run, untouched] = [await startWaiting(parts, flow), await startWaiting(parts, other)];
  try {
    expectAnswer(await call("DELETE", `/v1/credentials/${STANDING}`, { key }), 200, "erasing a credential");
    const status = await statusOf(parts, run, "cancelled");
    const detail = expectAnswer(await call("GET", flow, { key }), 200, "a flow");
    const rest = await statusOf(parts, untouched, "waiting");
    const triggers = await faultsOfTriggers(parts);
    return [
      ...triggers,
      ...(status === "cancelled" ? [] : [`a waiting run whose credential was erased is ${status}`]),
      ...(fieldsOf(detail)["paused"] === true ? [] : ["a flow whose credential was erased is not paused"]),
      ...(rest === "waiting" ? [] : [`a run that has nothing to do with it is ${rest}`]),
    ];
  } finally {
    for (const one of [run, untouched]) await call("POST", `${one}/cancel`, { key, body: {} });
  }
}

/** What a flow that was paused still has that begins runs, by its rows, and by a delivery to where it was told of things. */
async function faultsOfTriggers({ call, clock, database, tenants: [own] }: ProveParts): Promise<readonly string[]> {
  const flow = fieldsOf(await call("GET", `/v1/flows/${STANDING}`, { key: own.keys.owner }));
  const url = /"url":"([^"]+)"/.exec(JSON.stringify(flow["webhooks"] ?? []))?.[1];
  const standing = await listActiveTriggers(database, own, STANDING);
  const faults = standing.map((name) => `the trigger ${name} of a flow that was paused still stands`);
  if (url === undefined) return [...faults, "a flow with a webhook does not say where it is"];
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { status } = await call("POST", new URL(url).pathname, { body: {} });
    if (status === 404) return faults;
    if (waitedMs >= MS_MAX) return [...faults, `a delivery to a flow that was paused is answered ${status}`];
    await pause(clock, LOOK_MS);
  }
}

async function startWaiting(parts: ProveParts, flow: string): Promise<string> {
  const { keys } = parts.tenants[0];
  const started = await parts.call("POST", `${flow}/runs`, { key: keys.builder, body: {} });
  const run = `/v1/runs/${String(fieldsOf(expectAnswer(started, 202, "starting a flow"))["id"])}`;
  await statusOf(parts, run, "waiting");
  return run;
}

/** Once it is the one that is waited for, or after 5 s. */
async function statusOf({ call, clock, tenants: [own] }: ProveParts, run: string, wanted: string): Promise<string> {
  for (let looks = 0; ; looks++) {
    const status = String(fieldsOf(await call("GET", run, { key: own.keys.viewer }))["status"]);
    if (status === wanted || looks >= STANDING_LOOKS_MAX) return status;
    await pause(clock, LOOK_MS);
  }
}

const pause = (clock: ProveParts["clock"], ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));
