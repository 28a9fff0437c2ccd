/** A provider that is nobody: its names can't be anybody's (RFC 6761, "invalid"), and only trials lead them anywhere. */
import { type Connector, defineAction, defineConnector, ProviderError } from "@steward/sdk";
import { z } from "zod";

export const PROVIDER = "provider.proof.invalid";
/** Nothing that the proof does may come here. */
export const ELSEWHERE = "elsewhere.proof.invalid";
const BASE = `http://${PROVIDER}`;
/** Of tokens: they are asked for over plain http of this machine alone, as which the counterpart is seen then. */
export const TOKENS = "localhost";
const TOKENS_BASE = `http://${TOKENS}`;

const Thing = z.strictObject({ to: z.string().max(200).default("nobody") });
const Answer = z.object({ said: z.string() });

const action = (kind: "read" | "write") =>
  defineAction({
    title: kind,
    summary: `Tries to ${kind}.`,
    class: kind,
    input: Thing,
    output: Answer,
    scopes: [`proof.${kind}`],
    repeat: "never",
    destination: kind === "write" ? ["to"] : [],
    sample: { input: { to: "nobody" }, output: { said: "nothing" } },
    *perform({ to }) {
      const { body } =
        kind === "read"
          ? yield { method: "GET", url: "/thing" }
          : yield { method: "POST", url: "/thing", body: { to } };
      const parsed = Answer.safeParse(body);
      if (parsed.success) return parsed.data;
      throw new ProviderError({ kind: "unreadable", message: "no answer of the proof's" });
    },
  });

export const proofConnector: Connector = defineConnector({
  id: "proof",
  title: "Proof",
  summary: "The counterpart of the proof of the promises.",
  category: "web",
  keywords: [],
  base: BASE,
  hosts: [PROVIDER],
  models: { api: "openai_compatible", embeds: false },
  authentication: [
    {
      kind: "oauth2",
      authorizationUrl: `${BASE}/authorize`,
      tokenUrl: `${TOKENS_BASE}/token`,
      revocationUrl: `${TOKENS_BASE}/revoke`,
      deviceUrl: null,
      parameters: {},
      client: "none",
      pkce: true,
      identityScopes: [],
    },
  ],
  scopes: { "proof.read": "Read", "proof.write": "Write" },
  actions: { read: action("read"), write: action("write") },
  triggers: {},
  *whoami() {
    yield { method: "GET", url: "/whoami" };
    return { account: "nobody", label: "Nobody" };
  },
  failure: ({ status }) => {
    if (status < 400) return null;
    return status === 401
      ? { kind: "reauth_required", message: "the token is not taken" }
      : { kind: status >= 500 ? "unavailable" : "rejected", message: `HTTP status ${status}` };
  },
  setUp: [],
  triedAgainst: "itself",
});
