import { type Check, verdictOf } from "../check.ts";
import { giveProofGrant, makeProofConnection } from "../proof-effects.ts";
import { runModelStep } from "../proof-model.ts";
import { proofProvider } from "../proof-provider.ts";

/** D9: what a model wrote says so, and stays known for what others have written. */
export const markedAsWritten: Check = {
  id: "D9",
  promise: "What a model wrote is marked as such wherever a person sees it or receives it through us",
  tries:
    "lets a model step write with a counterpart of its own, and looks for the mark in what the gate gives and in what the step keeps, which is what the API, the page and approvals show",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    const [own] = parts.tenants;
    return await parts.withTrial(provider.setting, async (trial) => {
      await makeProofConnection(parts, trial, own, { slug: "proof-writes", access: "token" });
      await giveProofGrant(parts, trial, own, { connection: "proof-writes" });
      const { ended, output, told } = await runModelStep(parts, trial, own, {
        connection: "proof-writes",
        prompt: "?",
      });
      if (output === null) throw new Error(`a model step ended as ${told}`);
      const { outcome } = ended;
      const given = outcome.kind === "done" ? JSON.stringify(outcome.result) : "";
      return verdictOf(
        [
          ...(given.includes('"by":"model"') ? [] : ["the gate gives what a model wrote without a mark"]),
          ...(output["by"] === "model" ? [] : ["a model step keeps what a model wrote without a mark"]),
        ],
        [`what a model wrote stands with by: model and model: ${JSON.stringify(output["model"])}`],
      );
    });
  },
};
