import { hash as bcrypt } from "bcryptjs";
import { countPasswordForms, readProofPassword, setProofPassword } from "../../store/proof-accounts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, tellOf } from "../expect-answer.ts";
import { type ProofPerson, withProofPerson } from "../proof-person.ts";

const ARGON = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)$/;
/** OWASP's password storage cheat sheet: 19 MiB, 2 passes, 1 lane. */
const LEAST = { memory: 19_456, passes: 2, lanes: 1 };
const IMPORT_COST = 4;

/** A1: every password is a salted Argon2id hash of our cost; an imported bcrypt hash becomes one at the first sign-in. */
export const passwords: Check = {
  id: "A1",
  promise: "Passwords are kept only as salted Argon2id hashes; imported bcrypt hashes are accepted once and upgraded",
  tries:
    "counts the forms of all stored hashes; signs in with an imported bcrypt hash and looks at what is stored then",
  notWhen: null,
  async run(parts) {
    const faults: string[] = [];
    await withProofPerson(parts, {}, async (person) => faults.push(...(await faultsOfSignIn(parts, person))));
    const forms = await countPasswordForms(parts.identityDatabase);
    let [ours, imported] = [0, 0];
    for (const { form, count, same } of forms) {
      if (same > 0) faults.push(`${same} passwords have a hash that another one has: without a salt of their own`);
      if (form === null) faults.push(`${count} passwords are kept as something else than Argon2id or bcrypt`);
      else if (form.startsWith("$2")) imported += count;
      else if (isEnough(form)) ours += count;
      else faults.push(`${count} passwords are hashed with less than is asked: ${form}`);
    }
    return verdictOf(faults, [
      `${ours} passwords kept, all as Argon2id with ${LEAST.memory / 1024} MiB and ${LEAST.passes} passes or more, each with its own salt`,
      `${imported} imported bcrypt hashes wait for their first sign-in`,
      "signed in with an imported bcrypt hash: it was replaced by Argon2id; a wrong password was refused",
    ]);
  },
};

function isEnough(form: string): boolean {
  const [, memory = 0, passes = 0, lanes = 0] = (ARGON.exec(form) ?? []).map(Number);
  return memory >= LEAST.memory && passes >= LEAST.passes && lanes >= LEAST.lanes;
}

async function faultsOfSignIn({ identityDatabase }: ProveParts, person: ProofPerson): Promise<readonly string[]> {
  const { account, email, password } = person;
  const signIn = (given: string) => person.auth("/sign-in/email", { email, password: given });
  const made = await readProofPassword(identityDatabase, account);
  const faults = made !== null && isEnough(formOf(made)) ? [] : ["a new account's password is not kept as Argon2id"];
  if (made?.includes(password)) faults.push("a new account's password is kept as it was typed");
  await setProofPassword(identityDatabase, account, await bcrypt(password, IMPORT_COST));
  const wrong = await signIn(`${password}!`);
  if (wrong.status === 200) faults.push("a wrong password signed in");
  else expectAnswer(wrong, 401, "a wrong password");
  const right = await signIn(password);
  if (right.status === 429) expectAnswer(right, 200, "signing in");
  if (right.status !== 200) return [...faults, `an imported hash does not sign in: ${tellOf(right)}`];
  const upgraded = await readProofPassword(identityDatabase, account);
  if (upgraded === null || !isEnough(formOf(upgraded))) faults.push("an imported hash was not upgraded by its sign-in");
  return faults;
}

/** The parameters of a PHC string, without salt and digest. */
function formOf(hash: string): string {
  return hash.split("$").slice(0, 4).join("$");
}
