import type { Connector } from "@steward/sdk";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf } from "../expect-answer.ts";
import { endText, giveProofGrant, makeProofConnection, performProof } from "../proof-effects.ts";
import { proofProvider } from "../proof-provider.ts";
import { type ProofPerson, withProofPerson } from "../proof-person.ts";

const SLUG = "proof-scopes";
/** As a client's id at a provider; it is sent nowhere. */
const CLIENT = "proof-client";

/** C4: consent is asked for what the actions need and nothing else, and what was not granted is not tried. */
export const narrowScopes: Check = {
  id: "C4",
  promise:
    "OAuth asks for the narrowest scopes that the actions need, more is asked for incrementally with the consent listed, and an action beyond what was granted fails before any call",
  tries:
    "compares what each connector would ask for with what its actions need; begins consents, as a person, for one action and then for one more, and reads the scopes from where they lead to; asks the gate for an action beyond the scope and looks at what a counterpart of its own hears",
  notWhen: null,
  async run(parts) {
    const consenting = parts.connectors.filter((connector) => oauthOf(connector) !== undefined);
    const faults = consenting.flatMap(faultsOfConnector);
    const [asked] = consenting.filter(({ actions }) => twoActions(actions) !== null);
    if (asked === undefined) throw new Error("no connector has two actions with different scopes");
    const consent = await withProofPerson(parts, {}, (person) => tryConsent(parts, person, asked));
    const beyond = await tryBeyond(parts);
    return verdictOf(
      [...faults, ...consent.faults, ...beyond],
      [
        `${consenting.length} connectors with consent: each scope of each action is explained, and none is asked for that no action or trigger needs`,
        ...consent.evidence,
        "an action beyond what was granted was refused as not_available, and the provider heard nothing; one within it went out",
      ],
    );
  },
};

type OAuth2 = Extract<Connector["authentication"][number], { readonly kind: "oauth2" }>;

function oauthOf({ authentication }: Connector): OAuth2 | undefined {
  return authentication.find((way) => way.kind === "oauth2");
}

function faultsOfConnector(connector: Connector): readonly string[] {
  const { id, actions, triggers, scopes } = connector;
  const needed = new Set([...Object.values(actions), ...Object.values(triggers)].flatMap((one) => one.scopes));
  const identity = new Set(oauthOf(connector)?.identityScopes);
  return [
    ...[...needed].filter((scope) => !(scope in scopes)).map((scope) => `${id} does not say what ${scope} means`),
    ...Object.keys(scopes)
      .filter((scope) => !needed.has(scope) && !identity.has(scope))
      .map((scope) => `${id} explains ${scope}, which nothing of it needs`),
  ];
}

/** Two actions of which the second needs a scope that the first does not. */
function twoActions(actions: Connector["actions"]): readonly [string, string] | null {
  const entries = Object.entries(actions).filter(([, { scopes }]) => scopes.length > 0);
  for (const [first, { scopes }] of entries) {
    const second = entries.find(([, more]) => more.scopes.some((scope) => !scopes.includes(scope)));
    if (second) return [first, second[0]];
  }
  return null;
}

async function tryConsent(parts: ProveParts, person: ProofPerson, connector: Connector) {
  const {
    call,
    tenants: [own],
    facts,
  } = parts;
  const key = own.keys.owner;
  await person.join(own, "owner");
  const headers = {
    origin: new URL(facts.publicUrl).origin,
    "sec-fetch-site": "same-origin",
    "steward-project": own.shownProject,
  };
  const cookie = await person.begin();
  const ask = async (path: string, status: number, body: object) =>
    expectAnswer(await call("POST", path, { cookie, headers, body }), status, "asking for consent");
  const [first, second] = twoActions(connector.actions)!;
  const client = `/v1/oauth-clients/${connector.id}`;
  try {
    const body = { clientId: CLIENT, clientSecret: parts.ids.bytes(24).toString("base64url") };
    expectAnswer(await call("PUT", client, { key, body }), 200, "setting an OAuth client");
    const about = { connector: connector.id, slug: SLUG };
    const one = await ask("/v1/connections", 201, { ...about, actions: [`${connector.id}.${first}`] });
    const two = await ask(`/v1/connections/${SLUG}/consent`, 200, { actions: [`${connector.id}.${second}`] });
    const faults = [
      ...faultsOfAsked(connector, fieldsOf(one), [first]),
      ...faultsOfAsked(connector, fieldsOf(two), [second]),
    ];
    return {
      faults,
      evidence: [`the consent for ${connector.id}.${first} asks for ${scopesIn(connector, fieldsOf(one)).join(" ")}`],
    };
  } finally {
    await call("DELETE", `/v1/connections/${SLUG}`, { key });
    await call("DELETE", client, { key });
  }
}

/** What the address that a person is sent to asks for. */
function scopesIn(connector: Connector, consent: Readonly<Record<string, unknown>>): readonly string[] {
  const url = new URL(String(consent["authorizationUrl"]));
  const separator = oauthOf(connector)?.scopeSeparator ?? " ";
  return (url.searchParams.get("scope") ?? "").split(separator).filter((scope) => scope !== "");
}

function faultsOfAsked(
  connector: Connector,
  consent: Readonly<Record<string, unknown>>,
  actions: readonly string[],
): readonly string[] {
  const needed = [
    ...(oauthOf(connector)?.identityScopes ?? []),
    ...actions.flatMap((action) => connector.actions[action]?.scopes ?? []),
  ];
  const asked = scopesIn(connector, consent);
  const listed = JSON.stringify(consent["asks"]);
  return [
    ...asked
      .filter((scope) => !needed.includes(scope))
      .map((scope) => `the consent asks for ${scope}, which ${actions.join(", ")} of ${connector.id} does not need`),
    ...needed
      .filter((scope) => !asked.includes(scope))
      .map((scope) => `the consent does not ask for ${scope}, which ${connector.id} needs`),
    ...asked
      .filter((scope) => !listed.includes(JSON.stringify(scope)))
      .map((scope) => `the consent asks for ${scope} and does not list it beforehand`),
  ];
}

async function tryBeyond(parts: ProveParts): Promise<readonly string[]> {
  const provider = proofProvider();
  const [own] = parts.tenants;
  return await parts.withTrial(provider.setting, async (trial) => {
    await makeProofConnection(parts, trial, own, { slug: "proof-narrow", access: "token", scopes: ["proof.read"] });
    await giveProofGrant(parts, trial, own, { connection: "proof-narrow" });
    const beyond = await performProof(parts, trial, own, { action: "proof.write", connection: "proof-narrow" });
    const faults: string[] = [];
    if (endText(beyond) !== "refused not_available")
      faults.push(`an action beyond the granted scope ended as ${endText(beyond)}`);
    if (provider.heard.length > 0) faults.push("the provider was called for an action beyond the granted scope");
    const within = await performProof(parts, trial, own, { action: "proof.read", connection: "proof-narrow" });
    if (endText(within) !== "done") faults.push(`an action within the granted scope ended as ${endText(within)}`);
    return faults;
  });
}
