import { isJsonObject, type Json } from "../../core/json.ts";
import { countRowsHolding } from "../../store/proof-facts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf, itemsOf } from "../expect-answer.ts";
import { giveProofGrant, makeProofConnection } from "../proof-effects.ts";
import { publishProofFlow } from "../proof-flow.ts";
import { connectModelNowhere, runModelStep } from "../proof-model.ts";
import { proofProvider } from "../proof-provider.ts";
import { DECLARED_OF_TENANTS } from "../tenant-tables.ts";

const SLUG = "proof-model";
const LIVE = "proof-model-key";
const WAIT_SECONDS = 20;

/** D3: what a model was asked and what it said stands in the run's record, sealed like the rest of it. */
export const modelCalls: Check = {
  id: "D3",
  promise:
    "Every model call keeps prompt, response, model, tokens, cost and latency in the run's log, sealed like the rest of it",
  tries:
    "lets a model step ask a counterpart of its own and reads what the step keeps; runs a flow with a model step, reads its record by the API and looks for the prompt in all rows of the project",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    const [own] = parts.tenants;
    const marker = `proof ${parts.ids.bytes(15).toString("base64url")}`;
    return await parts.withTrial(provider.setting, async (trial) => {
      await makeProofConnection(parts, trial, own, { slug: SLUG, access: "token" });
      await giveProofGrant(parts, trial, own, { connection: SLUG });
      const step = await runModelStep(parts, trial, own, { connection: SLUG, prompt: marker });
      const faults = [
        ...(step.output === null ? [`a model step ended as ${step.told}`] : faultsOfKept(step.output)),
        ...(JSON.stringify(step.asked.arguments).includes(marker) ? [] : ["the effect does not hold the prompt"]),
        ...faultsOfUsage(step.ended.usage?.tokens ?? null),
        ...(await faultsOfRecord(parts, marker)),
      ];
      return verdictOf(faults, [
        `a model step keeps ${Object.keys(step.output ?? {})
          .toSorted()
          .join(", ")}; 16 tokens were counted, as the provider said`,
        `a run's record shows the prompt to who may read it, and the prompt stands in none of the project's rows in ${DECLARED_OF_TENANTS.length} tables`,
      ]);
    });
  },
};

const WANTED: Readonly<Record<string, (value: Json) => boolean>> = {
  text: (value) => value === "written by the proof's model",
  model: (value) => typeof value === "string" && value !== "",
  usage: (value) => isJsonObject(value) && value["inputTokens"] === 11 && value["outputTokens"] === 5,
  cost: () => true, // null where nobody knows the price
  ms: (value) => typeof value === "number",
};

function faultsOfKept(output: Readonly<Record<string, Json>>): readonly string[] {
  return Object.entries(WANTED)
    .filter(([name, fits]) => !(name in output) || !fits(output[name]!))
    .map(([name]) => `what a model step keeps has no ${name} as the provider gave it`);
}

const faultsOfUsage = (tokens: number | null): readonly string[] =>
  tokens === 16 ? [] : [`${tokens ?? "no"} tokens were counted of 16`];

/** Of a run in which the model can't be reached, nor is to be: what it was asked is kept all the same. */
async function faultsOfRecord(parts: ProveParts, marker: string): Promise<readonly string[]> {
  const {
    call,
    database,
    tenants: [own],
  } = parts;
  const key = own.keys.builder;
  const input = { connection: LIVE, model: "m", prompt: marker };
  const steps = [{ id: "ask", kind: "model", input, onError: "continue" }];
  try {
    await connectModelNowhere(parts, own, LIVE, parts.ids.bytes(24).toString("base64url"));
    const flow = await publishProofFlow(parts, own, SLUG, steps);
    const started = await call("POST", `${flow}/runs`, { key, body: { wait: WAIT_SECONDS } });
    const run = `/v1/runs/${String(fieldsOf(expectAnswer(started, 200, "running a flow"))["id"])}`;
    const records = itemsOf(expectAnswer(await call("GET", `${run}/steps`, { key }), 200, "a run's steps"));
    const faults = JSON.stringify(records).includes(marker)
      ? []
      : ["a run's record does not show what a model was asked"];
    for (const { name } of DECLARED_OF_TENANTS) {
      const count = await countRowsHolding(database, own, { name, column: "" }, Buffer.from(marker));
      if (count > 0) faults.push(`${count} rows of ${name} hold a prompt as it was given`);
    }
    return faults;
  } finally {
    input.prompt = "nothing";
    await publishProofFlow(parts, own, SLUG, steps);
    await call("DELETE", `/v1/connections/${LIVE}`, { key: own.keys.owner });
  }
}
