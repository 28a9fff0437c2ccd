import { eraseProofAccount, PROOF_DOMAIN } from "../../store/proof-accounts.ts";
import { type Check, verdictOf } from "../check.ts";
import { HeldUpError, tellOf } from "../expect-answer.ts";

const DAY_MS = 86_400_000;

/** A9: whoever is a day too young is refused, and so is who doesn't say; no account comes of either. */
export const minimumAge: Check = {
  id: "A9",
  promise: "Sign-up asks for the minimum age the operator configured and refuses below it",
  tries: "signs up with a birth date that is a day too late, and without one",
  notWhen: "no minimum age is set",
  async run({ facts, clock, ids, call, identity, identityDatabase }) {
    const { minimumAge: years, publicUrl } = facts;
    if (years === null) return { state: "not_applicable", reason: "No minimum age is set (STEWARD_MINIMUM_AGE)." };
    const faults: string[] = [];
    const headers = { origin: new URL(publicUrl).origin, "sec-fetch-site": "same-origin" };
    // Grows old enough tomorrow.
    const tomorrow = new Date(clock.nowMs() + DAY_MS);
    tomorrow.setUTCFullYear(tomorrow.getUTCFullYear() - years);
    const young = tomorrow.toISOString().slice(0, 10);
    for (const [what, birthDate, status] of [
      ["a day too young", young, 403],
      ["no date of birth", undefined, 422],
    ] as const) {
      const email = `${ids.uuid()}@${PROOF_DOMAIN}`;
      const password = ids.bytes(18).toString("base64url");
      const body = { email, password, name: "Proof", ...(birthDate === undefined ? {} : { birthDate }) };
      const answer = await call("POST", "/v1/auth/sign-up/email", { body, headers });
      if (answer.status === 429) throw new HeldUpError("signing up", answer.headers.get("retry-after"));
      if (answer.status < 300) await identity.close(); // a sign-up is answered before it is done
      const account = await identity.findAccountByEmail(email);
      if (account !== null) await eraseProofAccount(identityDatabase, account.id);
      if (account !== null) faults.push(`${what}: an account was made`);
      else if (answer.status !== status) faults.push(`${what}: answered ${tellOf(answer)} instead of ${status}`);
    }
    const shown = await call("GET", "/v1/entrance");
    if (!shown.text.includes(`"minimumAge":${years}`)) faults.push("the door does not say the minimum age");
    return verdictOf(faults, [
      `sign-up asks for the date of birth; who is ${years} tomorrow was refused, and who did not say`,
      "no account was made, and no date is kept",
    ]);
  },
};
