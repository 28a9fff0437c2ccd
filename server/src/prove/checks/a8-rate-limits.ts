import { countHeldBack } from "../../store/proof-facts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, HeldUpError, tellOf } from "../expect-answer.ts";
import { withProofPerson } from "../proof-person.ts";

/** Sign-ins of one address on one account within 15 minutes (docs/operating.md). */
const TRIES_MAX = 5;
/** More calls than this are not made for a proof. */
const CALLS_MAX = 2000;
const AT_ONCE = 8;
/** A busy machine may be too slow to come to the limit. */
const CALLING_MS_MAX = 20_000;

/** A8: too many tries are refused, by counts that stand in the database and so outlive a restart; so are too many calls. */
export const rateLimits: Check = {
  id: "A8",
  promise:
    "Sign-in, sign-up, reset, webhook and API calls are rate limited per address and per account; limits survive a restart",
  tries:
    "gives wrong passwords until it is refused, and looks for that count in the database; calls with one key until it is refused",
  notWhen: null,
  async run(parts) {
    const tries = await tryToSignIn(parts);
    const calls = await callTooOften(parts);
    return verdictOf([...tries.faults, ...calls.faults], [...tries.evidence, ...calls.evidence]);
  },
};

interface Found {
  readonly faults: readonly string[];
  readonly evidence: readonly string[];
}

async function tryToSignIn(parts: ProveParts): Promise<Found> {
  const { database, clock } = parts;
  const held = () => countHeldBack(database, "signIn:pair:", TRIES_MAX, clock.nowMs());
  const before = await held();
  return await withProofPerson(parts, {}, async ({ auth, email, password }) => {
    const faults: string[] = [];
    const signIn = (given: string) => auth("/sign-in/email", { email, password: given });
    for (let at = 0; at < TRIES_MAX; at++) {
      const answer = await signIn("not the password");
      if (answer.status === 429) throw new HeldUpError("signing in too often", answer.headers.get("retry-after"));
      expectAnswer(answer, 401, "a wrong password");
    }
    const over = await signIn(password);
    if (over.status !== 429)
      faults.push(`after ${TRIES_MAX} wrong passwords the next try was answered ${tellOf(over)}`);
    if (over.status === 429 && over.headers.get("retry-after") === null)
      faults.push("a refusal does not say when to come again");
    if (over.status === 429 && (await held()) <= before)
      faults.push("the count that refuses stands in no table: it would not survive a restart");
    return {
      faults,
      evidence: [
        `after ${TRIES_MAX} wrong passwords even the right one was refused: ${tellOf(over)}, to be repeated after ${over.headers.get("retry-after")} s`,
        "the count of it stands in the database, whence every process and every restart has it",
      ],
    };
  });
}

/** With one key until it is refused; nothing else uses that key. */
async function callTooOften({ call, clock, facts, tenants: [own] }: ProveParts): Promise<Found> {
  const { callsPerMinute } = facts;
  if (callsPerMinute > CALLS_MAX)
    return {
      faults: [],
      evidence: [`${callsPerMinute} calls a minute of one caller are let through; so many were not tried`],
    };
  const path = `/v1/organizations/${own.shownOrganization}`;
  // A window may end in between: then as many again are let through, once.
  const callsMax = callsPerMinute * 2 + AT_ONCE;
  const until = clock.monotonicMs() + CALLING_MS_MAX;
  let made = 0;
  let refused = 0;
  const caller = async (): Promise<void> => {
    while (refused === 0 && made < callsMax && clock.monotonicMs() < until) {
      made++;
      const answer = await call("GET", path, { key: own.keys.billing });
      if (answer.status === 429) refused++;
      else expectAnswer(answer, 200, "reading an organization");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  if (refused === 0 && made < callsMax)
    return {
      faults: [],
      evidence: [`${made} calls of one key in ${CALLING_MS_MAX / 1000} s: too slow to come to the limit`],
    };
  const faults =
    refused === 0 ? [`${made} calls of one key within a minute were let through, of ${callsPerMinute}`] : [];
  return { faults, evidence: [`one key was refused after ${made} calls; ${callsPerMinute} a minute are let through`] };
}
