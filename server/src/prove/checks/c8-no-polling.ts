import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, itemsOf } from "../expect-answer.ts";
import { endText, giveProofGrant, makeProofConnection, proofCall, endedOf } from "../proof-effects.ts";
import { runProofFlow } from "../proof-flow.ts";
import { proofProvider } from "../proof-provider.ts";

const IDLE_MS = 1500;
const LOOKS_MAX = 20;
const LOOK_MS = 250;
/** Whatever caused an effect, in an entry's target: a run's step, a trigger, or an approval that somebody is asked about. */
const CAUSE = /^(?:run_[0-9a-z]{26}\/.|trigger:[^/]+\/.|apr_[0-9a-z]{26}$)/;

/** C8: a connected account is asked for what a run or a trigger wants of it, and for nothing in between. */
export const onlyWhenAsked: Check = {
  id: "C8",
  promise:
    "No background polling, prefetching or batch reading of a connected account; every call to a provider names the run or trigger that caused it",
  tries: `leaves a connection whose token is over alone for ${IDLE_MS / 1000} s and counts what its counterpart hears; then asks for one effect and counts again; reads whom the entries of effects name`,
  notWhen: null,
  async run(parts) {
    const [own] = parts.tenants;
    const { run } = await runProofFlow(parts, own, "nothing");
    const provider = proofProvider();
    const counted = await parts.withTrial(provider.setting, async (trial) => {
      const about = { slug: "proof-idle", access: "token", refresh: "refresh", expiresInMs: -1000 };
      await makeProofConnection(parts, trial, own, about);
      await giveProofGrant(parts, trial, own, { connection: "proof-idle" });
      await new Promise<void>((resolve) => void parts.clock.after(IDLE_MS, resolve));
      const idle = provider.heard.length;
      const { call, intents, run: asking } = proofCall(parts, own, { action: "proof.read", connection: "proof-idle" });
      const ended = endedOf(await trial.gate.perform(call));
      const heard = provider.heard.map(({ method, path }) => `${method} ${path}`);
      const nameless = [...intents, ...ended.audit].filter(({ target }) => !target.startsWith(`${asking}/`));
      return [
        ...(idle > 0 ? [`a connection that nothing used was asked for ${idle} things`] : []),
        ...(endText(ended) === "done" ? [] : [`an effect ended as ${endText(ended)}`]),
        ...(heard.join() === "POST /token,GET /thing" ? [] : [`one effect made the calls ${heard.join(", ")}`]),
        ...(intents.length === 1 ? [] : [`an effect left ${intents.length} entries before it began`]),
        ...nameless.map(({ action }) => `an entry ${action} does not name the run that caused it`),
      ];
    });
    const entries = await effectsOf(parts, run);
    return verdictOf(
      [...counted, ...entries.faults],
      [
        `a connection whose token was over heard nothing for ${IDLE_MS / 1000} s; one effect: one call for the token and one for the thing`,
        `${entries.count} entries of effects, each names the run or trigger that caused it`,
      ],
    );
  },
};

/** What the log of the proof's organization says of effects, once it has the run's. */
async function effectsOf({ call, clock, tenants: [own] }: ProveParts, run: string) {
  const path = `/v1/organizations/${own.shownOrganization}/audit?limit=100`;
  for (let looks = 0; ; looks++) {
    const all = itemsOf(expectAnswer(await call("GET", path, { key: own.keys.auditor }), 200, "the audit"));
    const effects = all.filter(({ action }) => String(action).startsWith("effect."));
    const nameless = effects.filter(({ target }) => !CAUSE.test(String(target)));
    const found = effects.some(({ target }) => String(target).startsWith(`${run}/`));
    if (nameless.length === 0 && !found && looks < LOOKS_MAX) {
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
      continue;
    }
    const faults = nameless.map(({ action, target }) => `an entry ${String(action)} names ${String(target)}, no cause`);
    if (!found && faults.length === 0) faults.push("the effect of a run left no entry that names the run");
    return { faults, count: effects.length };
  }
}
