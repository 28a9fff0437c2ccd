import { countProviderExtras } from "../../store/proof-accounts.ts";
import { type Check, verdictOf } from "../check.ts";
import { fieldsOf, HeldUpError, tellOf } from "../expect-answer.ts";

const SCOPES = "email openid profile";
/** What would ask for more than scopes say: lasting access, what was granted elsewhere, single claims, a request in a request. */
const BEYOND = ["access_type", "include_granted_scopes", "claims", "request", "request_uri"];

/** A2: what Google is asked for, read from the very address that people are sent to, and what is kept of it. */
export const google: Check = {
  id: "A2",
  promise:
    "Sign in with Google asks for openid, email and profile, nothing else, and stores the account id, email and name",
  tries:
    "asks where people are sent to and reads from that address the scopes and what would ask for more; looks for stored tokens and pictures",
  notWhen: "sign-in with Google is off, or Google can't be reached",
  async run({ identityDatabase, facts, call }) {
    const { linked, tokens, pictures } = await countProviderExtras(identityDatabase);
    const faults: string[] = [];
    if (tokens > 0) faults.push(`${tokens} accounts keep a provider's tokens or scopes`);
    if (pictures > 0) faults.push(`${pictures} accounts keep a picture`);
    if (!facts.google)
      return faults.length > 0
        ? verdictOf(faults, [])
        : {
            state: "not_applicable",
            reason: `Sign in with Google is off here. Of ${linked} accounts at other providers no token is kept.`,
          };
    const { origin } = new URL(facts.publicUrl);
    const asked = await call("POST", "/v1/auth/sign-in/social", {
      body: { provider: "google" },
      headers: { origin, "sec-fetch-site": "same-origin" },
    });
    if (asked.status === 429) throw new HeldUpError("signing in with Google", asked.headers.get("retry-after"));
    const { url } = fieldsOf(asked);
    if (typeof url !== "string")
      return faults.length > 0
        ? verdictOf(faults, [])
        : {
            state: "not_applicable",
            reason: `Google can't be asked where to send people at the moment: ${tellOf(asked)}.`,
          };
    const scopes = (new URL(url).searchParams.get("scope") ?? "").split(/\s+/).toSorted().join(" ");
    if (scopes !== SCOPES) faults.push(`Google is asked for: ${scopes}`);
    for (const name of BEYOND)
      if (new URL(url).searchParams.has(name)) faults.push(`Google is asked for more, by ${name}`);
    return verdictOf(faults, [
      `people are sent to ${new URL(url).host} with the scopes ${scopes}, and nothing that asks for more`,
      `${linked} accounts at providers: no token, no scope and no picture of any is kept`,
    ]);
  },
};
