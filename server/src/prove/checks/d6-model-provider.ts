import { type Check, verdictOf } from "../check.ts";
import { giveProofGrant, makeProofConnection } from "../proof-effects.ts";
import { ELSEWHERE, PROVIDER } from "../proof-connector.ts";
import { runModelStep } from "../proof-model.ts";
import { proofProvider } from "../proof-provider.ts";

/** D6: what a model is asked goes where the owner said, and nobody else hears of it. */
export const ownModelProvider: Check = {
  id: "D6",
  promise: "Prompts and content go to the model provider that the owner configured and to nobody else",
  tries:
    "asks a model at a counterpart of its own, which then points elsewhere, and looks at which host has heard the prompt or the key, and how often",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    const [own] = parts.tenants;
    const marker = parts.ids.bytes(15).toString("hex");
    const token = `token-${marker}`;
    return await parts.withTrial(provider.setting, async (trial) => {
      await makeProofConnection(parts, trial, own, { slug: "proof-asked", access: token });
      await giveProofGrant(parts, trial, own, { connection: "proof-asked" });
      const asked = { connection: "proof-asked", prompt: `prompt ${marker}` };
      const { told } = await runModelStep(parts, trial, own, asked);
      const first = provider.heard.length;
      const location = `http://${ELSEWHERE}/chat/completions`;
      provider.say("/chat/completions", ({ host }) =>
        host === PROVIDER ? { status: 307, headers: { location }, body: "" } : { status: 200, body: "{}" },
      );
      await runModelStep(parts, trial, own, asked);
      const strange = provider.heard.filter(({ host }) => host !== PROVIDER);
      const faults = [...new Set(strange.map(({ host }) => host))].map((host) => {
        const what = strange.some(({ body }) => body.includes(marker)) ? "a prompt" : "a call";
        return `${what} went to ${host}, which is not the provider that was configured`;
      });
      if (faults.length === 0 && told !== "done") faults.push(`a model step ended as ${told}`);
      if (faults.length === 0 && first !== 1) faults.push(`one question made ${first} calls`);
      return verdictOf(faults, [
        `a prompt went to ${PROVIDER} in one call, under the key of its connection, and nowhere else`,
        "where the provider pointed elsewhere, nobody followed",
      ]);
    });
  },
};
