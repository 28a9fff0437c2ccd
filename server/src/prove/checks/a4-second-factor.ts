import { createHash } from "node:crypto";
import { findKeyAccess } from "../../store/access.ts";
import { countWithSecondFactor } from "../../store/proof-accounts.ts";
import { listOperatorAccounts } from "../../store/proof-facts.ts";
import { setProofRule } from "../../store/proof-tenants.ts";
import { inScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { codeOf, expectAnswer, fieldsOf, tellOf } from "../expect-answer.ts";
import { cookiesOf, type ProofPerson, withProofPerson } from "../proof-person.ts";
import { totpOf } from "../proof-totp.ts";

const REQUIRED = "second_factor_required";

/** A4: anybody can set a second factor up and is asked for it then; an organization can demand it; operators need it. */
export const secondFactor: Check = {
  id: "A4",
  promise:
    "Anyone can have a second factor; an organization can require it; operators of the installation always need it",
  tries:
    "sets up an app, signs in by password and recovery code; demands a second factor in its organization and comes without one; asks the guard of the installation's routes about each operator's session without one, and about a key made in such a session",
  notWhen: null,
  run: async (parts) =>
    await withProofPerson(parts, {}, async (person) => {
      const faults: string[] = [];
      const proved = await setUpAndSignIn(parts, person, faults);
      const [own] = parts.tenants;
      await person.join(own, "viewer");
      const plain = await person.begin();
      const path = `/v1/organizations/${own.shownOrganization}`;
      expectAnswer(await person.get(path, plain), 200, "an organization without the rule");
      await setRule(parts, true);
      try {
        const entered = await person.get(path, plain);
        if (codeOf(entered) !== REQUIRED)
          faults.push(`an organization that requires a second factor was entered without: ${tellOf(entered)}`);
        const withIt = proved === null ? null : await person.get(path, proved);
        if (withIt !== null && withIt.status !== 200)
          faults.push(`with a second factor it is refused: ${tellOf(withIt)}`);
      } finally {
        await setRule(parts, false);
      }
      const operators = await faultsOfOperators(parts, person, plain);
      return verdictOf(
        [...faults, ...operators.faults],
        [
          "an app was set up; the password alone then began no session, and a recovery code began one",
          "a session without it was refused by an organization that requires one, and let in with it",
          ...operators.evidence,
        ],
      );
    }),
};

async function setRule({ database, tenants: [own] }: ProveParts, value: boolean): Promise<void> {
  await inScope(database, own, (tx) => tx.query(setProofRule(own.organization, "second_factor_required", value)));
}

/** The cookie of a session that passed a second factor, null when something broke. */
async function setUpAndSignIn({ clock }: ProveParts, person: ProofPerson, faults: string[]): Promise<string | null> {
  const { email, password } = person;
  const first = await person.begin();
  const enabled = expectAnswer(
    await person.auth("/two-factor/enable", { password }, first),
    200,
    "setting up a second factor",
  );
  const { totpURI, backupCodes } = fieldsOf(enabled);
  const code = totpOf(String(totpURI), clock.nowMs());
  const verified = await person.auth("/two-factor/verify-totp", { code }, first);
  expectAnswer(verified, 200, "the first code of an app");
  const half = expectAnswer(
    await person.auth("/sign-in/email", { email, password }),
    200,
    "signing in with a second factor set",
  );
  const challenge = cookiesOf(half.headers.getSetCookie());
  if (fieldsOf(half)["secondFactor"] !== true) faults.push("whoever has a second factor is not asked for it");
  const early = await person.get("/v1/account", challenge);
  if (early.status !== 401) faults.push(`a password alone began a session: ${early.status}`);
  const [recovery] = Array.isArray(backupCodes) ? backupCodes : [];
  const whole = await person.auth("/two-factor/verify-backup-code", { code: String(recovery) }, challenge);
  expectAnswer(whole, 200, "a recovery code");
  const again = await person.auth("/two-factor/verify-backup-code", { code: String(recovery) }, challenge);
  if (again.status === 200) faults.push("a recovery code was good twice");
  return faults.length > 0 ? null : cookiesOf(whole.headers.getSetCookie());
}

async function faultsOfOperators(parts: ProveParts, { account, get }: ProofPerson, cookie: string) {
  const {
    dispatch,
    identityDatabase,
    dryEnter,
    tenants: [own],
  } = parts;
  const stranger = await get("/v1/installation", cookie);
  const faults =
    stranger.status === 403
      ? []
      : [`somebody who is no operator came to the installation's routes: ${stranger.status}`];
  const none = await dryEnter({ account, secondFactor: true, organization: null });
  if (none !== "forbidden")
    faults.push(`the guard of the installation's routes let somebody in who is no operator: ${none}`);
  const ownKey = createHash("sha256").update(own.keys.operator).digest();
  if ((await findKeyAccess(dispatch, ownKey))?.keySecondFactor !== false)
    faults.push("a key made without a second factor counts as one made with it");
  const operators = await listOperatorAccounts(dispatch);
  for (const operator of operators.slice(0, 20)) {
    const without = await dryEnter({ account: operator, secondFactor: false, organization: null });
    if (without !== REQUIRED) faults.push(`an operator without a second factor would be let in: ${without}`);
    const byKey = await dryEnter({ account: operator, secondFactor: false, organization: null, byKey: true });
    if (byKey !== REQUIRED) faults.push(`an operator's key made without a second factor would be let in: ${byKey}`);
  }
  const ready = await countWithSecondFactor(identityDatabase, operators);
  return {
    faults,
    evidence: [
      `the installation's routes refuse who is no operator, and each of ${operators.length} operators in a session, or by a key, without a second factor`,
      `${ready} of ${operators.length} operators have one set up; the others come by API key or not at all`,
    ],
  };
}
