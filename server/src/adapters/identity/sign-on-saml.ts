/**
 * Sign-on at an organization's SAML provider (SAML 2.0 profiles, 4.1: web browser SSO), always begun by us: the request goes
 * by redirect, the answer comes by POST. What the answer says is read from the signed bytes only (sign-on-xml.ts).
 */
import { deflateRawSync } from "node:zlib";
import type { Element } from "@xmldom/xmldom";
import type { ProvedPerson, SignOnProvider } from "../../core/ports/sign-on.ts";
import { readPerson } from "./sign-on-person.ts";
import { signOnRefused } from "./sign-on-refusal.ts";
import {
  ASSERTION,
  childrenOf,
  escapeXml,
  METADATA,
  onlyChild,
  optionalChild,
  PROTOCOL,
  readAnswer,
  textOf,
} from "./sign-on-xml.ts";

type SamlProvider = Extract<SignOnProvider, { kind: "saml" }>;

const POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
const EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/** Clocks differ. */
const SKEW_MS = 120_000;
const BASE64_CHARS_MAX = 262_144;

/** Who we are to a provider. */
export interface SamlParty {
  readonly entityId: string;
  readonly acsUrl: string;
}

/** The address to send the browser to. `request` is an XML id. */
export function samlRequestUrl(
  { signOnUrl }: SamlProvider,
  { entityId, acsUrl }: SamlParty,
  { request, state, nowMs }: { readonly request: string; readonly state: string; readonly nowMs: number },
): string {
  const xml = `<samlp:AuthnRequest xmlns:samlp="${PROTOCOL}" xmlns:saml="${ASSERTION}" ID="${request}" Version="2.0" IssueInstant="${new Date(nowMs).toISOString()}" Destination="${escapeXml(signOnUrl)}" ProtocolBinding="${POST}" AssertionConsumerServiceURL="${escapeXml(acsUrl)}"><saml:Issuer>${escapeXml(entityId)}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`;
  const url = new URL(signOnUrl);
  url.searchParams.set("SAMLRequest", deflateRawSync(xml).toString("base64"));
  url.searchParams.set("RelayState", state);
  return url.href;
}

/** What a provider is given to know us by (SAML 2.0 metadata). */
export function samlMetadata({ entityId, acsUrl }: SamlParty): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${METADATA}" entityID="${escapeXml(entityId)}">
  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${PROTOCOL}">
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:NameIDFormat>${EMAIL_FORMAT}</md:NameIDFormat>
    <md:AssertionConsumerService Binding="${POST}" Location="${escapeXml(acsUrl)}" index="0" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`;
}

export interface Asserted {
  readonly person: ProvedPerson;
  /** The request of ours that this answers; whoever calls makes sure that it is answered once. */
  readonly request: string;
}

/** Whom an answer proves. Throws `sign_in_failed` for one that is not this provider's, for us, now, to a request. */
export function readSamlAnswer(provider: SamlProvider, party: SamlParty, sent: string, nowMs: number): Asserted {
  if (sent.length > BASE64_CHARS_MAX) throw invalid("it is too long");
  const { response, assertion } = readAnswer(sent, provider.certificates);
  checkResponse(response, provider, party);
  if (textOf(onlyChild(assertion, ASSERTION, "Issuer")) !== provider.issuer) throw invalid("it is another provider's");
  if (assertion.getAttribute("Version") !== "2.0") throw invalid("it is no SAML 2.0");
  checkConditions(assertion, party, nowMs);
  checkSession(assertion, nowMs);
  const subject = onlyChild(assertion, ASSERTION, "Subject");
  const request = confirmed(subject, party, nowMs);
  if ((response.getAttribute("InResponseTo") ?? request) !== request) throw invalid("it answers two requests");
  return { person: personOf(provider, subject, assertion), request };
}

/** Of the envelope, which may be unsigned: what it says can only be a reason to refuse. */
function checkResponse(response: Element, { issuer }: SamlProvider, { acsUrl }: SamlParty): void {
  const destination = response.getAttribute("Destination");
  if (destination !== null && destination !== acsUrl) throw invalid("it was sent elsewhere");
  const named = optionalChild(response, ASSERTION, "Issuer");
  if (named !== null && textOf(named) !== issuer) throw invalid("its envelope is another provider's");
  const code = onlyChild(onlyChild(response, PROTOCOL, "Status"), PROTOCOL, "StatusCode").getAttribute("Value");
  if (code !== SUCCESS) throw signOnRefused("provider_failed", `The provider refused: ${(code ?? "").slice(0, 200)}`);
}

/** SAML core, 2.5: all audience restrictions must name us. */
function checkConditions(assertion: Element, { entityId }: SamlParty, nowMs: number): void {
  const conditions = onlyChild(assertion, ASSERTION, "Conditions");
  const from = conditions.getAttribute("NotBefore");
  if (from !== null && nowMs + SKEW_MS < timeOf(from)) throw invalid("it is not valid yet");
  const until = conditions.getAttribute("NotOnOrAfter");
  if (until === null || nowMs - SKEW_MS >= timeOf(until)) throw invalid("it is over");
  const audiences = childrenOf(conditions, ASSERTION, "AudienceRestriction").map((one) =>
    childrenOf(one, ASSERTION, "Audience").map(textOf),
  );
  if (audiences.length === 0 || !audiences.every((names) => names.includes(entityId)))
    throw invalid("it is for another service");
}

function checkSession(assertion: Element, nowMs: number): void {
  const statements = childrenOf(assertion, ASSERTION, "AuthnStatement");
  if (statements.length === 0) throw invalid("it says nothing of a sign-in");
  for (const statement of statements) {
    const until = statement.getAttribute("SessionNotOnOrAfter");
    if (until !== null && nowMs - SKEW_MS >= timeOf(until)) throw invalid("its session is over");
  }
}

/** SAML profiles, 4.1.4.2: one bearer confirmation for us, now, in response to a request; gives that. */
function confirmed(subject: Element, { acsUrl }: SamlParty, nowMs: number): string {
  for (const confirmation of childrenOf(subject, ASSERTION, "SubjectConfirmation")) {
    if (confirmation.getAttribute("Method") !== BEARER) continue;
    const data = optionalChild(confirmation, ASSERTION, "SubjectConfirmationData");
    const until = data?.getAttribute("NotOnOrAfter") ?? null;
    const request = data?.getAttribute("InResponseTo") ?? null;
    const fits =
      data?.getAttribute("Recipient") === acsUrl &&
      data.getAttribute("NotBefore") === null &&
      until !== null &&
      nowMs - SKEW_MS < timeOf(until);
    if (fits && request !== null) return request;
  }
  throw invalid("its bearer is not confirmed for us, now, in answer to a request of ours");
}

function personOf(provider: SamlProvider, subject: Element, assertion: Element): ProvedPerson {
  const nameId = onlyChild(subject, ASSERTION, "NameID");
  const format = nameId.getAttribute("Format");
  const id = textOf(nameId);
  if (id === "" || id.length > 255) throw invalid("its name identifier is none");
  const attributes = attributesOf(assertion);
  const valuesOf = (name: string): readonly string[] => attributes.get(name) ?? [];
  const emailFallback = id.includes("@") ? id : undefined;
  const email =
    valuesOf(provider.emailAttribute ?? "email")[0] ?? (provider.emailAttribute === null ? emailFallback : undefined);
  // A transient identifier is another one each time: the address is what stays.
  const subjectId = format === TRANSIENT ? `email:${String(email).toLowerCase()}` : id;
  return readPerson({
    subject: subjectId,
    email,
    name: valuesOf(provider.nameAttribute ?? "name")[0],
    groups: provider.groupsAttribute === null ? [] : valuesOf(provider.groupsAttribute),
    secondFactor: provider.trustsSecondFactor,
  });
}

function attributesOf(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const statement of childrenOf(assertion, ASSERTION, "AttributeStatement"))
    for (const attribute of childrenOf(statement, ASSERTION, "Attribute")) {
      const name = attribute.getAttribute("Name") ?? "";
      const values = childrenOf(attribute, ASSERTION, "AttributeValue").map(textOf);
      found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  return found;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** SAML core, 1.3.3: UTC. */
function timeOf(text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw invalid("a time in it is none");
  return time;
}

function invalid(why: string): Error {
  return signOnRefused("proof_invalid", `The provider's assertion is not accepted: ${why}.`);
}
