/**
 * Organizations' own sign-on under `/v1/auth/`: who wants to come is sent to the provider that holds their domain, and comes
 * back with its proof.
 *
 * S1 What is under way is known by a state that is unguessable, is good for one answer, and is bound to one browser.
 * S2 A proof counts for the provider that was asked, at the address that is that provider's alone.
 * S3 Nobody is signed on whose address the provider's organization does not hold, by DNS, at that moment.
 */
import { AppError } from "../../core/errors.ts";
import { parseId, showId } from "../../core/id.ts";
import type { Account, Origin } from "../../core/ports/identity.ts";
import type { IdentityRows } from "../../core/ports/identity-rows.ts";
import type { ProvedPerson, SignOnProvider, SignOnRules } from "../../core/ports/sign-on.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { SESSION_SECONDS, sessionCookie } from "./session-token.ts";
import { bindAccount, resolveAccount } from "./sign-on-accounts.ts";
import { createOidcSignOn, type OidcSignOn } from "./sign-on-oidc.ts";
import { signOnRefused } from "./sign-on-refusal.ts";
import { readBegin, readPosted, type Begin } from "./sign-on-request.ts";
import { readSamlAnswer, samlMetadata, type SamlParty, samlRequestUrl } from "./sign-on-saml.ts";
import {
  browserCookie,
  digestOf,
  endedBrowserCookie,
  isSameBrowser,
  keep,
  take,
  UNDER_WAY_SECONDS,
  type UnderWay,
} from "./sign-on-state.ts";

export interface SignOnDoor {
  /** Serves what is sign-on's; null for any other path. */
  handle(request: Request, path: string, origin: Origin): Promise<Response | null>;
}

interface Parts extends IdentityOptions {
  readonly rules: SignOnRules;
  readonly secretText: string;
  readonly makeToken: () => string;
  readonly isSecure: () => boolean;
}

/** For the browser to come back with what was proved, once (`arrive`). */
const HANDOVER_SECONDS = 60;
const PATH = /^\/sso\/(oidc|saml)\/(sso_[0-9a-z]{26})(\/metadata|\/arrive)?$/;

interface Proved {
  readonly person: ProvedPerson;
  readonly underWay: UnderWay;
}

export function createSignOnDoor(parts: Parts): SignOnDoor {
  const fetch = guardedFetch(parts.egress, (host) => parts.noteOutbound(host, "sign_on"));
  const oidc = createOidcSignOn({ fetch, clock: parts.clock });
  return {
    async handle(request, path, origin) {
      if (path === "/sign-in/sso") {
        demand(request, "POST");
        return await begin(parts, oidc, request, origin);
      }
      const [, kind, shown = "", what = ""] = PATH.exec(path) ?? [];
      if (kind === undefined || (kind === "oidc" && what !== "")) return null;
      await parts.beforeAuth?.({ path: `/sso/${kind}`, method: request.method, email: null, account: null }, origin);
      const provider = await providerOf(parts, kind, shown);
      if (provider?.kind === "saml" && what === "/metadata") {
        demand(request, "GET");
        return xml(samlMetadata(partyOf(parts, provider)));
      }
      if (what === "/metadata") return null;
      demand(request, kind === "saml" && what === "" ? "POST" : "GET");
      return await answering(parts, async () => {
        if (provider === null) throw signOnRefused("provider_failed", "There is no such provider.");
        if (provider.kind === "oidc")
          return await arrive(parts, provider, origin, await proveOidc(parts, oidc, provider, request));
        if (what === "") return await receiveSaml(parts, provider, request);
        return await arrive(parts, provider, origin, await takeHandover(parts, provider, request));
      });
    },
  };
}

/** Gives where to go: an address at the provider, or null, the same for all domains that nobody signs on for. */
async function begin(parts: Parts, oidc: OidcSignOn, request: Request, origin: Origin): Promise<Response> {
  if (request.headers.get("origin") !== new URL(parts.publicUrl()).origin)
    throw new AppError("forbidden", `Signing in is done at ${parts.publicUrl()} only.`);
  const asked = await readBegin(request);
  const email = asked.email ?? null;
  await parts.beforeAuth?.({ path: "/sign-in/sso", method: "POST", email, account: null }, origin);
  const provider = await askedProvider(parts, asked);
  if (provider === null) return Response.json({ url: null }, { headers: { "cache-control": "no-store" } });
  const [state, nonce, verifier, browser] = [secretOf(parts), secretOf(parts), secretOf(parts), secretOf(parts)];
  const nowMs = parts.clock.nowMs();
  const known = { provider: provider.id, browser: digestOf(browser), to: asked.to };
  let url: string;
  let kept: UnderWay;
  if (provider.kind === "oidc") {
    kept = { ...known, nonce, verifier };
    url = await oidc.begin(provider, { redirectUrl: addressOf(parts, provider), state, nonce, verifier, email });
  } else {
    const requestId = `_${parts.ids.bytes(20).toString("hex")}`;
    kept = { ...known, request: requestId };
    url = samlRequestUrl(provider, partyOf(parts, provider), { request: requestId, state, nowMs });
  }
  await keep(parts.rows, "state", state, { ...kept }, nowMs + UNDER_WAY_SECONDS * 1000);
  const headers = { "cache-control": "no-store", "set-cookie": browserCookie(browser, parts.isSecure()) };
  return Response.json({ url }, { headers });
}

async function askedProvider({ rules }: Parts, { email, connection }: Begin): Promise<SignOnProvider | null> {
  if (connection !== undefined) {
    const id = parseId("sso", connection);
    return id === null ? null : await rules.find(id);
  }
  return await rules.findForDomain((email ?? "").slice((email ?? "").lastIndexOf("@") + 1));
}

async function providerOf({ rules }: Parts, kind: string, shown: string): Promise<SignOnProvider | null> {
  const id = parseId("sso", shown);
  const provider = id === null ? null : await rules.find(id);
  return provider?.kind === kind ? provider : null;
}

/** S1, S2: the state first, since it is over with this answer, whatever it says. */
async function proveOidc(
  parts: Parts,
  oidc: OidcSignOn,
  provider: Extract<SignOnProvider, { kind: "oidc" }>,
  request: Request,
): Promise<Proved> {
  const { searchParams } = new URL(request.url);
  const underWay = await takeUnderWay(parts, provider, searchParams.get("state"));
  requireBrowser(parts, request, underWay);
  const error = searchParams.get("error");
  if (error !== null) throw signOnRefused("provider_failed", `The provider refused: ${error.slice(0, 100)}`);
  const person = await oidc.prove(provider, {
    code: searchParams.get("code") ?? "",
    issuer: searchParams.get("iss"),
    redirectUrl: addressOf(parts, provider),
    nonce: underWay.nonce ?? "",
    verifier: underWay.verifier ?? "",
  });
  return { person, underWay };
}

/**
 * Takes what the provider's page posts. The browser sends no cookie along with another site's form, so what was proved is
 * handed over: the browser comes again by itself, with its cookie (`takeHandover`).
 */
async function receiveSaml(
  parts: Parts,
  provider: Extract<SignOnProvider, { kind: "saml" }>,
  request: Request,
): Promise<Response> {
  const { answer, state } = await readPosted(request);
  const nowMs = parts.clock.nowMs();
  const asserted = readSamlAnswer(provider, partyOf(parts, provider), answer, nowMs);
  const underWay = await takeUnderWay(parts, provider, state);
  // The signed assertion names the request, and the request is over: nothing is accepted twice, and nothing unasked.
  if (underWay.request !== asserted.request) throw signOnRefused("state_invalid", "The answer is to another request.");
  const code = secretOf(parts);
  const handover = { person: asserted.person, underWay };
  await keep(parts.rows, "handover", code, handover, nowMs + HANDOVER_SECONDS * 1000);
  return seeOther(`${addressOf(parts, provider)}/arrive?code=${code}`, []);
}

async function takeHandover(parts: Parts, provider: SignOnProvider, request: Request): Promise<Proved> {
  const code = new URL(request.url).searchParams.get("code") ?? "";
  const proved = await take<Proved & Record<string, unknown>>(parts.rows, "handover", code, parts.clock.nowMs());
  if (proved === null || proved.underWay.provider !== provider.id)
    throw signOnRefused("state_invalid", "This sign-on is over, or was never begun.");
  requireBrowser(parts, request, proved.underWay);
  return proved;
}

async function takeUnderWay(parts: Parts, provider: SignOnProvider, state: string | null): Promise<UnderWay> {
  const kept = await take<UnderWay & Record<string, unknown>>(parts.rows, "state", state ?? "", parts.clock.nowMs());
  if (kept === null || kept.provider !== provider.id)
    throw signOnRefused("state_invalid", "This sign-on is over, or was never begun.");
  return kept;
}

/** S1: else somebody could be made to sign on as another. */
function requireBrowser({ isSecure }: Parts, request: Request, { browser }: UnderWay): void {
  if (!isSameBrowser(request.headers.get("cookie"), isSecure(), browser))
    throw signOnRefused("state_invalid", "This sign-on was begun in another browser.");
}

/** Begins the session of who was proved. */
async function arrive(
  parts: Parts,
  provider: SignOnProvider,
  origin: Origin,
  { person, underWay }: Proved,
): Promise<Response> {
  const { rows, rules, ids, clock } = parts;
  await rules.requireHeld(provider, person.email); // S3
  const nowMs = clock.nowMs();
  const { account, isNew } = await resolveAccount(rows, provider.id, person, { id: ids.uuid(), nowMs });
  if (isNew) await parts.recordAct({ action: "account.created", account: account.id, facts: { by: "sign_on" } });
  // Whoever deleted their account may come to bring it back, and for nothing else.
  if (account.deletedAt === null)
    await rules.enter(provider, person, { ...account, stands: () => stands(rows, account) });
  await bindAccount(rows, { provider: provider.id, subject: person.subject, account: account.id, nowMs });
  const token = parts.makeToken();
  const { organization } = provider;
  // Whoever set up a second factor here is asked for that one, whatever the provider says.
  const secondFactor = person.secondFactor && !account.secondFactor;
  const endsMs = nowMs + SESSION_SECONDS * 1000;
  await rows.insertSignOnSession({
    id: ids.uuid(),
    token,
    account: account.id,
    organization,
    secondFactor,
    origin,
    nowMs,
    endsMs,
  });
  await parts.afterSignIn?.({ path: "/sign-in/sso", method: "GET", email: null, account: account.id }, origin);
  const facts = { by: "sign_on", organization: showId("org", organization), connection: showId("sso", provider.id) };
  await parts.recordAct({ action: "session.begun", account: account.id, facts });
  const secure = parts.isSecure();
  return seeOther(`${parts.publicUrl()}${underWay.to}`, [
    sessionCookie(token, parts.secretText, secure),
    endedBrowserCookie(secure),
  ]);
}

async function stands(rows: IdentityRows, { id }: Account): Promise<boolean> {
  const now = await rows.findAccount(id);
  return now !== null && now.deletedAt === null;
}

/** A person looks at the answer, so a refusal leads to our page, which says what to do. */
async function answering(parts: Parts, act: () => Promise<Response>): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    const reason = typeof error.details["reason"] === "string" ? error.details["reason"] : error.code;
    parts.log(`a sign-on was refused (${reason}): ${error.message}`);
    await parts.recordAct({ action: "session.refused", account: null, facts: { by: "sign_on", reason } });
    return seeOther(`${parts.publicUrl()}/sign-in?error=sign_on&reason=${encodeURIComponent(reason)}`, [
      endedBrowserCookie(parts.isSecure()),
    ]);
  }
}

function addressOf({ publicUrl }: Parts, { kind, id }: SignOnProvider): string {
  return `${publicUrl()}/v1/auth/sso/${kind}/${showId("sso", id)}`;
}

function partyOf(parts: Parts, provider: SignOnProvider): SamlParty {
  const acsUrl = addressOf(parts, provider);
  return { acsUrl, entityId: `${acsUrl}/metadata` };
}

function secretOf({ ids }: Parts): string {
  return ids.bytes(32).toString("base64url");
}

function demand(request: Request, method: "GET" | "POST"): void {
  if (request.method !== method)
    throw new AppError("method_not_allowed", `This is called with ${method}.`, { allow: [method] });
}

function seeOther(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function xml(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/samlmetadata+xml" } });
}
