import type { Authentication } from "@steward/sdk";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Refused } from "./declaration.ts";
import { followed, listAt, objectAt, oneLine, shown, textAt, UnusableError } from "./references.ts";

const SCHEMES_MAX = 50;
const SCOPES_MAX = 1_000;
const HEADER = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,300}$/;

export interface Security {
  readonly authentication: readonly Authentication[];
  /** Each in plain words. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Schemes that can't be used, and why. */
  readonly refused: readonly Refused[];
  /** The scopes that an operation needs. Throws `UnusableError` when no way in to it can be used. */
  scopesOf(operation: JsonObject): readonly string[];
}

/**
 * How one proves oneself to the provider: what is chosen, else `components.securitySchemes`. `base` is what relative
 * addresses are of. Throws `UnusableError` for a choice that is none.
 */
export function readSecurity(document: JsonObject, base: string, chosen: string | null): Security {
  if (chosen !== null)
    return { authentication: [chosenAuthentication(chosen)], scopes: {}, refused: [], scopesOf: () => [] };
  const schemes = new Map<string, { readonly ways: readonly Authentication[]; readonly oauth: boolean }>();
  const refused: Refused[] = [];
  const scopes: Record<string, string> = {};
  const written = Object.entries(objectAt(objectAt(document, "components"), "securitySchemes"));
  for (const [name, given] of written.slice(0, SCHEMES_MAX)) {
    try {
      const scheme = followed(document, given);
      schemes.set(name, { ways: readScheme(scheme, base), oauth: textAt(scheme, "type") === "oauth2" });
      Object.assign(scopes, scopesOf(scheme));
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      refused.push({ operation: `securitySchemes.${shown(name)}`, reason: error.message });
    }
  }
  const used = [...schemes.values()].flatMap(({ ways }) => ways);
  return {
    authentication: used.length > 0 ? used : [{ kind: "none" }],
    scopes,
    refused,
    scopesOf(operation) {
      const asked = Array.isArray(operation["security"]) ? operation["security"] : listAt(document, "security");
      const ways = asked.filter(isJsonObject).filter((way) => Object.keys(way).every((name) => schemes.has(name)));
      if (asked.length > 0 && ways.length === 0)
        throw new UnusableError(
          `it wants ${wordsOf(asked)}, which is not supported here: choose the authentication yourself`,
        );
      const way = ways.find((each) => Object.keys(each).length <= 1);
      if (asked.length > 0 && way === undefined) throw new UnusableError(`it wants ${wordsOf(asked)} at once`);
      const oauth = ways.find((each) => Object.keys(each).some((name) => schemes.get(name)?.oauth === true));
      return Object.values(oauth ?? {})
        .flatMap((each) => (Array.isArray(each) ? each : []))
        .filter((scope) => typeof scope === "string" && Object.hasOwn(scopes, scope))
        .map(String);
    },
  };
}

/** `bearer`, `basic`, `none`, or the header that a key goes into. */
function chosenAuthentication(chosen: string): Authentication {
  if (chosen === "none") return { kind: "none" };
  if (chosen === "basic" || chosen === "bearer") return readHttp(chosen);
  return readApiKey({ in: "header", name: chosen });
}

function wordsOf(asked: readonly Json[]): string {
  return shown(asked.map((way) => (isJsonObject(way) ? Object.keys(way).join(" and ") : "?")).join(", or "));
}

function readScheme(scheme: JsonObject, base: string): readonly Authentication[] {
  switch (textAt(scheme, "type")) {
    case "apiKey":
      return [readApiKey(scheme)];
    case "http":
      return [readHttp(textAt(scheme, "scheme").toLowerCase())];
    case "oauth2":
      return readOAuth(objectAt(scheme, "flows"), base);
    case "openIdConnect":
      throw new UnusableError("OpenID Connect discovery is not read; write its addresses down as oauth2");
    case "mutualTLS":
      throw new UnusableError("client certificates are not used for imported documents");
    default:
      throw new UnusableError(`its type is not known: ${shown(textAt(scheme, "type"))}`);
  }
}

function readApiKey(scheme: JsonObject): Authentication {
  const header = textAt(scheme, "name");
  const place = textAt(scheme, "in");
  if (place === "query" && header !== "" && header.length <= 100)
    return { kind: "api_key", header, prefix: "", in: "query" };
  if (place !== "header" || !HEADER.test(header))
    throw new UnusableError(`a key is sent in a header or in the query, not in ${shown(place)}`);
  return { kind: "api_key", header: header.toLowerCase(), prefix: "" };
}

function readHttp(scheme: string): Authentication {
  if (scheme === "basic") return { kind: "basic", user: "User", password: "Password" };
  if (scheme === "bearer") return { kind: "api_key", header: "authorization", prefix: "Bearer " };
  throw new UnusableError(`the scheme ${shown(scheme)} is not known`);
}

function readOAuth(flows: JsonObject, base: string): readonly Authentication[] {
  const ways: Authentication[] = [];
  const { authorizationCode: code, clientCredentials: client } = flows;
  if (isJsonObject(code))
    ways.push({
      kind: "oauth2",
      authorizationUrl: addressAt(code, "authorizationUrl", base),
      tokenUrl: addressAt(code, "tokenUrl", base),
      revocationUrl: null,
      deviceUrl: null,
      parameters: {},
      client: "basic",
      pkce: true,
      identityScopes: [],
    });
  if (isJsonObject(client)) ways.push({ kind: "client_credentials", tokenUrl: addressAt(client, "tokenUrl", base) });
  if (ways.length > 0) return ways;
  throw new UnusableError(
    `of OAuth 2 neither authorizationCode nor clientCredentials, but ${shown(Object.keys(flows).join(", "))}`,
  );
}

function addressAt(flow: JsonObject, name: string, base: string): string {
  const url = URL.parse(textAt(flow, name), `${base}/`);
  if (url?.protocol === "https:" && url.username === "" && url.hash === "") return url.href;
  throw new UnusableError(`${name} is no address by https: ${shown(textAt(flow, name))}`);
}

function scopesOf(scheme: JsonObject): Record<string, string> {
  const flows = ["authorizationCode", "clientCredentials"].map((name) => objectAt(objectAt(scheme, "flows"), name));
  const found = flows
    .flatMap((flow) => Object.entries(objectAt(flow, "scopes")))
    .filter(([scope]) => SCOPE.test(scope));
  return Object.fromEntries(
    found
      .slice(0, SCOPES_MAX)
      .map(([scope, words]) => [scope, typeof words === "string" && words.trim() !== "" ? oneLine(words) : scope]),
  );
}
