/** The sign-in for tests: the real one on a test's database; mails and acts are kept, nothing leaves the machine. */
import { createIdentity } from "../src/adapters/identity/create-identity.ts";
import type { AccountAct, IdentityMail, IdentityOptions } from "../src/adapters/identity/identity-options.ts";
import type { Egress } from "../src/core/ports/egress.ts";
import type { Identity } from "../src/core/ports/identity.ts";
import { identityRows } from "../src/store/identity-rows.ts";

export interface TestIdentity {
  readonly identity: Identity;
  /** What would have been mailed, in order. */
  readonly mails: IdentityMail[];
  readonly acts: AccountAct[];
  readonly logs: string[];
}

export const TEST_SECRET = Buffer.alloc(32, 7);

export function testIdentity(
  base: Pick<IdentityOptions, "database" | "clock" | "ids">,
  more: Partial<IdentityOptions> = {},
): TestIdentity {
  const mails: IdentityMail[] = [];
  const acts: AccountAct[] = [];
  const logs: string[] = [];
  const identity = createIdentity({
    ...base,
    rows: identityRows(base.database),
    secret: TEST_SECRET,
    publicUrl: () => "http://steward.test",
    policy: { signUp: "open", minimumAge: null },
    providers: {},
    egress: closedEgress,
    noteOutbound: () => undefined,
    sendMail: (mail) => Promise.resolve(void mails.push(mail)),
    isFirstKey: () => Promise.resolve(false),
    isBeyond: () => Promise.resolve(false),
    mayJoin: () => Promise.resolve(false),
    recordAct: (act) => Promise.resolve(void acts.push(act)),
    log: (message, error) => void logs.push(`${message} ${error instanceof Error ? (error.stack ?? "") : ""}`),
    ...more,
  });
  return { identity, mails, acts, logs };
}

const closedEgress: Pick<Egress, "request"> = {
  request: () => Promise.resolve({ kind: "refused", code: "address_forbidden", message: "this test goes nowhere" }),
};
