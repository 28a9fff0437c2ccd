import { countOutbound } from "../../store/proof-facts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer } from "../expect-answer.ts";
import { faultsOfPage, pathsFrom } from "../page-faults.ts";
import { withProofPerson } from "../proof-person.ts";

/** The page, and what of it somebody may come to first. */
const BEGINNINGS = ["/", "/sign-in", "/sign-up"];
const FILES_MAX = 500;
/** What the installation connects to on its own behalf, as docs/operating.md lists it. */
const PURPOSES: ReadonlySet<string> = new Set(["mail", "identity", "key_service", "audit_sink", "connection"]);
const ESSENTIAL =
  /^(?:__Host-)?steward\.(?:session_token|dont_remember|two_factor|state|oauth_state|better-auth-passkey)$/;

/** A10: the page and all its files come from here, cookies are the session's, and the ledger knows every connection. */
export const ownOrigin: Check = {
  id: "A10",
  promise:
    "Only essential cookies; no third-party script, pixel, font or analytics; no telemetry; a ledger of the installation's own connections",
  tries:
    "reads the page and every file that it and its files name, their policy and the cookies of a sign-in; reads the ledger's purposes",
  notWhen: null,
  async run(parts) {
    const page = await walkPage(parts);
    const cookies = await cookiesOfSignIn(parts);
    const strange = cookies.filter((name) => !ESSENTIAL.test(name));
    const ledger = await countOutbound(parts.database);
    const unknown = ledger.filter(({ purpose }) => !PURPOSES.has(purpose));
    const told = ledger.map(
      ({ purpose, hosts, connections }) => `${purpose}: ${hosts} hosts, ${connections} connections`,
    );
    return verdictOf(
      [
        ...page.faults,
        ...strange.map((name) => `signing in sets the cookie ${name}`),
        ...unknown.map(
          ({ purpose, hosts }) => `${hosts} hosts were connected to for ${purpose}, which is no known purpose`,
        ),
      ],
      [
        `${page.files} files of the page read: all that they load is the installation's own, and their policy lets nothing else`,
        `signing in sets ${cookies.join(", ")} and nothing before it`,
        `the ledger of the installation's own connections: ${told.join("; ") || "none"}`,
      ],
    );
  },
};

async function walkPage({
  call,
  facts,
}: ProveParts): Promise<{ readonly faults: readonly string[]; readonly files: number }> {
  const { origin } = new URL(facts.publicUrl);
  const waiting = [...BEGINNINGS];
  const seen = new Set<string>(waiting);
  const faults = new Set<string>();
  for (let at = 0; at < waiting.length && at < FILES_MAX; at++) {
    const path = waiting[at]!;
    const answer = await call("GET", path, { headers: { accept: "text/html,*/*" } });
    // What a script names like a file may be none; of what markup and styles name all is there.
    if (answer.status === 404 && at >= BEGINNINGS.length) continue;
    if (answer.status === 503 && at === 0) throw new Error("the page is not built here");
    expectAnswer(answer, 200, path);
    for (const fault of faultsOfPage(path, answer, origin)) faults.add(fault);
    for (const next of pathsFrom(path, answer, origin)) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return { faults: [...faults], files: Math.min(waiting.length, FILES_MAX) };
}

async function cookiesOfSignIn(parts: ProveParts): Promise<readonly string[]> {
  return await withProofPerson(parts, {}, async ({ auth, email, password }) => {
    const answer = expectAnswer(await auth("/sign-in/email", { email, password }), 200, "signing in");
    return answer.headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0]!);
  });
}
