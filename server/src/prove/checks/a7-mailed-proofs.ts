import { createHash } from "node:crypto";
import { countMailedProofs, insertProofReset, readProofPassword } from "../../store/proof-accounts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { codeOf, expectAnswer, tellOf } from "../expect-answer.ts";
import { type ProofPerson, withProofPerson } from "../proof-person.ts";

const HOUR_MS = 3_600_000;
/** Between the moment that a proof's time is reckoned from and the moment its row is written. */
const SLACK_MS = 60_000;

/** A7: an address is confirmed before it counts; a reset is good once, for an hour, and ends all sessions. */
export const mailedProofs: Check = {
  id: "A7",
  promise: "Mail addresses are verified; password resets are single use and short lived; a reset ends all sessions",
  tries:
    "signs in with an unconfirmed address; uses a reset's token after its end, once, and once more, and a session of before it; looks at how long stored proofs are good",
  notWhen: null,
  async run(parts) {
    const faults: string[] = [];
    await withProofPerson(parts, { verified: false }, async ({ auth, email, password }) => {
      const answer = await auth("/sign-in/email", { email, password });
      if (codeOf(answer) !== "email_unverified") faults.push(`an unconfirmed address signed in: ${tellOf(answer)}`);
    });
    await withProofPerson(parts, {}, async (person) => faults.push(...(await faultsOfReset(parts, person))));
    const stored = await countMailedProofs(parts.identityDatabase, HOUR_MS + SLACK_MS, parts.clock.nowMs());
    if (stored.long > 0) faults.push(`${stored.long} proofs that were asked for are good for more than an hour`);
    return verdictOf(faults, [
      "an address that is not confirmed was refused with its right password",
      "a reset's token worked once; the second time and after its end it was refused; the session of before was over",
      `${stored.all} proofs that wait to be given, none for longer than an hour`,
    ]);
  },
};

async function faultsOfReset(parts: ProveParts, person: ProofPerson): Promise<readonly string[]> {
  const { identityDatabase, clock, ids } = parts;
  const { account, auth, get } = person;
  const faults: string[] = [];
  const cookie = await person.begin();
  const before = await readProofPassword(identityDatabase, account);
  const tokenFor = async (lifeMs: number): Promise<string> => {
    const token = ids.bytes(18).toString("hex").slice(0, 24);
    const identifier = createHash("sha256").update(`reset-password:${token}`).digest("base64url");
    const nowMs = clock.nowMs();
    await insertProofReset(identityDatabase, { identifier, account, nowMs, expiresMs: nowMs + lifeMs });
    return token;
  };
  const reset = async (token: string) =>
    await auth("/reset-password", { token, newPassword: ids.bytes(18).toString("base64url") });
  const old = await reset(await tokenFor(-1000));
  if (old.status === 429) expectAnswer(old, 200, "resetting a password");
  if (old.status === 200) faults.push("a reset was good after its end");
  const token = await tokenFor(HOUR_MS);
  expectAnswer(await reset(token), 200, "resetting a password");
  const changed = await readProofPassword(identityDatabase, account);
  if (changed === before) faults.push("a reset did not change the password");
  const session = await get("/v1/account", cookie);
  if (session.status !== 401) faults.push(`a session of before the reset goes on: ${session.status}`);
  const again = await reset(token);
  if (again.status === 200) faults.push("a reset's token was good twice");
  return faults;
}
