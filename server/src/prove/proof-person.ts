/** A person of a proof: an account with an address that no mail reaches, for one check, erased with it whatever happens. */
import { eraseProofAccount, markProofSessions, PROOF_DOMAIN } from "../store/proof-accounts.ts";
import { makeProofPerson, removeProofPeople } from "../store/proof-tenants.ts";
import { inScope } from "../store/scope.ts";
import { showId } from "../core/id.ts";
import type { ProvedAnswer, ProveParts } from "./check.ts";
import type { ProofTenant } from "./proof-tenants.ts";

/** Every session of a proof has it, so that none looks like a new device and is told of by mail. */
export const PROOF_AGENT = "Steward proof";

export interface ProofPerson {
  readonly account: string;
  readonly email: string;
  readonly password: string;
  /** Begins a session; gives what the Cookie header carries. */
  readonly begin: () => Promise<string>;
  /** All of the person's sessions become such. */
  readonly mark: (sessions: { readonly secondFactor: boolean; readonly signedOnBy?: string }) => Promise<void>;
  /** Makes the person a member, until the check is over; gives the member's shown id. */
  readonly join: (tenant: ProofTenant, role: string) => Promise<string>;
  /** A call under `/v1/auth`, from the installation's own page. */
  readonly auth: (path: string, body: unknown, cookie?: string) => Promise<ProvedAnswer>;
  /** A GET with a session. */
  readonly get: (path: string, cookie: string) => Promise<ProvedAnswer>;
}

type Parts = Pick<ProveParts, "database" | "identityDatabase" | "identity" | "clock" | "ids" | "facts" | "call">;

/** Runs the check with a person of its own. */
export async function withProofPerson<T>(
  parts: Parts,
  { verified = true }: { readonly verified?: boolean },
  run: (person: ProofPerson) => Promise<T>,
): Promise<T> {
  const email = `${parts.ids.uuid()}@${PROOF_DOMAIN}`;
  const password = parts.ids.bytes(24).toString("base64url");
  const { id } = await parts.identity.createAccount({ email, name: "Proof", password, emailVerified: verified });
  const joined: string[] = [];
  try {
    return await run({ account: id, email, password, ...doings(parts, id, joined) });
  } finally {
    for (const organization of joined)
      await inScope(parts.database, { organization, project: "" }, (tx) => tx.query(removeProofPeople(organization)));
    await eraseProofAccount(parts.identityDatabase, id);
  }
}

function doings(
  { database, identityDatabase, identity, clock, ids, call, facts }: Parts,
  account: string,
  joined: string[],
): Pick<ProofPerson, "begin" | "mark" | "join" | "auth" | "get"> {
  const agent = { "user-agent": PROOF_AGENT };
  return {
    begin: async () =>
      cookiesOf(await identity.beginSession(account, { address: "127.0.0.1", userAgent: PROOF_AGENT })),
    async mark({ secondFactor, signedOnBy = null }) {
      await identityDatabase.query(markProofSessions(account, { secondFactor, signedOnBy }));
    },
    async join({ organization, project }, role) {
      joined.push(organization);
      const person = { id: ids.uuid(), account, role, nowMs: clock.nowMs() };
      await inScope(database, { organization, project }, (tx) => tx.query(makeProofPerson(organization, person)));
      return showId("mem", person.id);
    },
    auth: async (path, body, cookie) =>
      await call("POST", `/v1/auth${path}`, {
        body,
        ...(cookie === undefined ? {} : { cookie }),
        headers: { ...agent, origin: new URL(facts.publicUrl).origin, "sec-fetch-site": "same-origin" },
      }),
    get: async (path, cookie) => await call("GET", path, { cookie, headers: agent }),
  };
}

/** What a browser would send back of Set-Cookie headers; cookies that were taken away are left out. */
export function cookiesOf(setCookies: readonly string[]): string {
  return setCookies
    .filter((one) => !/;\s*max-age=0(?:;|$)/i.test(one))
    .map((one) => one.split(";", 1)[0]!)
    .join("; ");
}
