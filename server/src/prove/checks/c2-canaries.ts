import { countRowsWith, listProofBlobs } from "../../store/proof-facts.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { formsOf, holdsSecret } from "../encodings.ts";
import { expectAnswer, fieldsOf } from "../expect-answer.ts";
import { endText, giveProofGrant, makeProofConnection, performProof } from "../proof-effects.ts";
import { publishProofFlow } from "../proof-flow.ts";
import { connectModelNowhere, NOWHERE } from "../proof-model.ts";
import { json, type ProofProvider, proofProvider } from "../proof-provider.ts";
import { DECLARED_OF_TENANTS } from "../tenant-tables.ts";
import type { Trial } from "../trial.ts";

const SLUG = "proof-canary";
const WAIT_SECONDS = 20;
const BLOBS_MAX = 20;

/** C2: a secret that was used stands nowhere but where it is sealed. */
export const canaries: Check = {
  id: "C2",
  promise:
    "A credential is opened only inside the gate, for an effect that its grant names, and never enters a step's input or output, a log, an error, a prompt, a sandbox or an export",
  tries:
    "plants secrets as credential, model key, OAuth client and connection, uses them in a run and in effects whose counterpart gives them back, and searches the run, everything the API reads, the exports, all rows of the project and its blobs for each of them in every encoding",
  notWhen: null,
  async run(parts) {
    const secrets = {
      credential: canaryOf(parts),
      "model key": canaryOf(parts),
      "OAuth client": canaryOf(parts),
      "access token": canaryOf(parts),
      "refresh token": canaryOf(parts),
    };
    const provider = proofProvider();
    try {
      const told = await parts.withTrial(provider.setting, async (trial) => [
        ...(await useInTrial(parts, trial, provider, secrets)),
        ...(await useInRun(parts, secrets)),
      ]);
      if (!provider.heard.some(({ headers }) => headers["authorization"] === `Bearer ${secrets["access token"]}`))
        throw new Error("the connection's token was not used");
      const faults = Object.entries(secrets).flatMap(([what, secret]) =>
        told
          .filter(({ text }) => holdsSecret(text, formsOf(secret)))
          .map(({ where }) => `the ${what} that was planted stands in ${where}`),
      );
      const stored = await faultsOfStored(parts, secrets);
      const forms = formsOf(secrets.credential).length;
      return verdictOf(
        [...faults, ...stored.faults],
        [
          `${Object.keys(secrets).length} secrets were planted and used (${Object.keys(secrets).join(", ")}); each was looked for in ${forms} forms`,
          `none stands in ${told.length} answers: ${told.map(({ where }) => where).join(", ")}`,
          `none stands in the project's rows in ${DECLARED_OF_TENANTS.length} tables, nor in ${stored.blobs} blobs`,
        ],
      );
    } finally {
      await erase(parts);
    }
  },
};

interface Told {
  readonly where: string;
  readonly text: string;
}
type Secrets = Readonly<Record<"credential" | "model key" | "OAuth client" | "access token" | "refresh token", string>>;

/** With what encodings write otherwise. */
const canaryOf = ({ ids }: ProveParts): string => `${ids.bytes(24).toString("base64url")}"/+~%`;

/** A counterpart that gives back what it was sent, in its answer's body and headers, in a failure and in a prompt's answer. */
async function useInTrial(
  parts: ProveParts,
  trial: Trial,
  provider: ProofProvider,
  secrets: Secrets,
): Promise<readonly Told[]> {
  const [own] = parts.tenants;
  const about = { slug: SLUG, access: secrets["access token"], refresh: secrets["refresh token"] };
  await makeProofConnection(parts, trial, own, about);
  await giveProofGrant(parts, trial, own, { connection: SLUG });
  provider.say("/thing", ({ headers, method }) =>
    method === "GET"
      ? {
          ...json(200, { said: `you sent ${headers["authorization"]}` }),
          headers: { "x-echo": String(headers["authorization"]) },
        }
      : json(422, { error: `you sent ${headers["authorization"]}` }),
  );
  const told: Told[] = [];
  for (const action of ["proof.read", "proof.write"] as const) {
    const ended = await performProof(parts, trial, own, { action, connection: SLUG });
    told.push({ where: `what ${action} ended as (${endText(ended).split(" ")[0]})`, text: texts(ended) });
  }
  return told;
}

const texts = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));

/** A run of the product's own, whose code looks at all that it can see; what it asks for is refused as it would leave. */
async function useInRun(parts: ProveParts, secrets: Secrets): Promise<readonly Told[]> {
  const {
    call,
    tenants: [own],
  } = parts;
  const key = own.keys.owner;
  const put = (path: string, body: unknown) => call("PUT", path, { key, body });
  const set = await put(`/v1/credentials/${SLUG}`, {
    kind: "bearer",
    secret: secrets.credential,
    hosts: ["192.0.2.1"],
  });
  expectAnswer(set, 200, "setting a credential");
  const client = await put("/v1/oauth-clients/github", { clientId: "proof", clientSecret: secrets["OAuth client"] });
  expectAnswer(client, 200, "setting an OAuth client");
  const made = await connectModelNowhere(parts, own, `${SLUG}-model`, secrets["model key"]);
  const steps = [
    { id: "call", kind: "http", input: { url: `${NOWHERE}/`, credential: SLUG }, onError: "continue", next: ["ask"] },
    {
      id: "ask",
      kind: "model",
      input: { connection: `${SLUG}-model`, model: "m", prompt: "?" },
      onError: "continue",
      next: ["see"],
    },
    {
      id: "see",
      kind: "code",
      input: { language: "js", source: "export default (seen) => ({ seen: JSON.stringify(seen) })" },
    },
  ];
  const flow = await publishProofFlow(parts, own, SLUG, steps);
  const started = await call("POST", `${flow}/runs`, { key, body: { wait: WAIT_SECONDS } });
  const run = `/v1/runs/${String(fieldsOf(expectAnswer(started, 200, "running a flow"))["id"])}`;
  const told = [
    { where: "the answers to setting them", text: [set, client, made, started].map(({ text }) => text).join("\n") },
  ];
  for (const path of READ.map((one) => one.replace("{run}", run).replace("{organization}", own.shownOrganization)))
    told.push({
      where: path.replace(run, "the run").replace(own.shownOrganization, "…"),
      text: expectAnswer(await call("GET", path, { key }), 200, path).text,
    });
  return told;
}

/** Whatever reads what the run and the secrets have to do with. */
const READ = [
  "{run}",
  "{run}/steps",
  `/v1/flows/${SLUG}`,
  `/v1/flows/${SLUG}/versions`,
  "/v1/credentials",
  "/v1/connections",
  `/v1/connections/${SLUG}-model`,
  "/v1/oauth-clients",
  "/v1/grants",
  "/v1/budgets",
  "/v1/revocations",
  "/v1/organizations/{organization}/audit?limit=100",
  "/v1/organizations/{organization}/audit/export",
] as const;

async function faultsOfStored(
  { database, blobs, tenants: [own] }: ProveParts,
  secrets: Secrets,
): Promise<{ readonly faults: readonly string[]; readonly blobs: number }> {
  const faults: string[] = [];
  const forms = Object.values(secrets).flatMap((secret) => formsOf(secret));
  for (const { name } of DECLARED_OF_TENANTS) {
    const count = await countRowsWith(database, own, { name }, forms);
    if (count > 0) faults.push(`${count} rows of ${name} hold a secret that was planted`);
  }
  const stored = await listProofBlobs(database, own, BLOBS_MAX);
  for (const { address } of stored) {
    const bytes = await blobs.get(own.project, address);
    if (bytes !== null && holdsSecret(Buffer.from(bytes).toString("latin1"), forms))
      faults.push("a blob holds a secret that was planted");
  }
  return { faults, blobs: stored.length };
}

async function erase({ call, tenants: [own] }: ProveParts): Promise<void> {
  const key = own.keys.owner;
  for (const path of [`credentials/${SLUG}`, "oauth-clients/github", `connections/${SLUG}-model`])
    await call("DELETE", `/v1/${path}`, { key });
}
