/** Mails that tell somebody what happened to their account. What fails here fails nothing else. */
import type { IdentityMail, IdentityOptions } from "./identity-options.ts";

type Parts = Pick<IdentityOptions, "rows" | "sendMail" | "clock" | "log">;

/** No mail ever reaches it (RFC 2606, section 2): accounts of proofs. */
const NOWHERE = ".invalid";

/** A session that was begun just now. */
export interface BegunSession {
  readonly id: string;
  readonly account: string;
  readonly address: string;
  readonly userAgent: string;
}

/** Writes of a sign-in from a user agent that none of the account's other sessions has. */
export async function tellOfSignIn(parts: Parts, { id, account, address, userAgent }: BegunSession): Promise<void> {
  const { rows, clock, log } = parts;
  try {
    if (!(await rows.isNewAgent({ account, session: id, userAgent }))) return;
    const values = { userAgent, address, at: new Date(clock.nowMs()).toISOString() };
    await write(parts, account, "new_sign_in", values);
  } catch (error) {
    log(`account ${account} was not told of a new sign-in`, error);
  }
}

/** Writes that something which proves the person was changed, to the account's address. */
export async function tellOfProof(
  parts: Parts,
  account: string,
  template: "changed" | "factor_changed",
  values: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await write(parts, account, template, values);
  } catch (error) {
    parts.log(`account ${account} was not told that its proofs changed`, error);
  }
}

async function write(
  { rows, sendMail }: Parts,
  account: string,
  template: IdentityMail["template"],
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const person = await rows.findAccount(account);
  if (person === null || person.email.endsWith(NOWHERE)) return;
  await sendMail({ to: person.email, template, values: { name: person.name, ...values } });
}
