/** Sign-on by an organization's SAML provider (`samlp`), and the forgeries that must not come in by it. */
import { inflateRawSync } from "node:zlib";
import { SignedXml } from "xml-crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { selfSigned } from "../../../test/self-signed.ts";
import { showId } from "../../core/id.ts";
import { browser, type Browser } from "./identity.testsuite.ts";
import {
  ARRIVED,
  back,
  begin,
  closeAll,
  led,
  post,
  type Posted,
  refused,
  samlCompany,
  type SamlCompany,
  samlForm,
  type SamlPerson,
  signOn,
  world,
  type World,
} from "./sign-on.testsuite.ts";

const INVALID = refused("proof_invalid");
const EVE = "eve@example.com";
let it: World;
let idp: SamlCompany;
let person: { now: SamlPerson };

const HONEST: SamlPerson = { id: "ada-1", attributes: { email: "ada@example.com", name: "Ada Lovelace" } };

beforeAll(async () => {
  it = await world();
  person = { now: HONEST };
  idp = await samlCompany(it, person);
  await it.domain("example.com");
});
afterAll(closeAll);
beforeEach(async () => {
  person.now = HONEST;
  idp.options = {};
  await it.http.db.admin.query({ text: `delete from identity."user" where email <> 'owner@elsewhere.test'` });
  await it.http.db.admin.query({ text: `delete from steward.members where email = 'ada@example.com'` });
});

const xmlOf = (form: Posted): string => Buffer.from(form.answer, "base64").toString();
const withXml = (form: Posted, xml: string): Posted => ({ ...form, answer: Buffer.from(xml).toString("base64") });

/** A browser that has begun, with the form of an honest provider in its hand. */
async function begun(): Promise<{ readonly page: Browser; readonly form: Posted }> {
  const page = browser(it.http);
  return { page, form: await samlForm(await begin(page, { email: "ada@example.com" })) };
}

const pieceOf = (xml: string, name: string): string =>
  new RegExp(`<(?:\\w+:)?${name}[ >][\\s\\S]*?</(?:\\w+:)?${name}>`).exec(xml)![0];

/** Signs what is already XML, as a provider would: for what samlp does not say. */
function resigned(
  xml: string,
  { key, cert } = idp.certificate,
  more: { algorithm?: string; digest?: string } = {},
): string {
  const bare = xml.replace(pieceOf(xml, "Signature"), "");
  const signer = new SignedXml({
    privateKey: key,
    publicCert: cert,
    signatureAlgorithm: more.algorithm ?? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    canonicalizationAlgorithm: "http://www.w3.org/2001/10/xml-exc-c14n#",
  });
  signer.addReference({
    xpath: "//*[local-name(.)='Assertion']",
    transforms: ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"],
    digestAlgorithm: more.digest ?? "http://www.w3.org/2001/04/xmlenc#sha256",
  });
  signer.computeSignature(bare, {
    location: { reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: "after" },
  });
  return signer.getSignedXml();
}

async function accounts(): Promise<readonly string[]> {
  const { rows } = await it.http.db.admin.query<{ email: string }>({
    text: `select email from identity."user" order by 1`,
  });
  return rows.map((row) => row.email);
}

test("a person comes in by the organization's SAML provider: request by redirect, answer by POST, same browser", async () => {
  const page = browser(it.http);
  const start = new URL(await begin(page, { email: "ada@example.com" }));
  const request = inflateRawSync(Buffer.from(start.searchParams.get("SAMLRequest")!, "base64")).toString();
  expect(request).toContain(`AssertionConsumerServiceURL="http://steward.test/v1/auth/sso/saml/${idp.connection}"`);
  expect(request).toMatch(/ID="_[0-9a-f]{40}"/);
  expect(led(await post(page, await samlForm(start.href)))).toBe(ARRIVED);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({
    email: "ada@example.com",
    name: "Ada Lovelace",
  });
  const mine = (await page.call("GET", "/v1/organizations")).json() as { items: unknown[] };
  expect(mine.items).toMatchObject([{ id: showId("org", it.organization), role: "viewer" }]);
  expect((await signOn(it, { email: "ada@example.com" })).led).toBe(ARRIVED);
  const metadata = await it.http.call("GET", `/v1/auth/sso/saml/${idp.connection}/metadata`, {
    anonymous: true,
    headers: { host: "steward.test" },
  });
  expect([metadata.status, metadata.text]).toEqual([200, expect.stringContaining('WantAssertionsSigned="true"')]);
});

test("what the test signs by itself comes in too, so that each forgery below fails for its own reason", async () => {
  const { page, form } = await begun();
  expect(led(await post(page, withXml(form, resigned(xmlOf(form)))))).toBe(ARRIVED);
});

test("an answer whose envelope is signed as well comes in", async () => {
  idp.options = { signResponse: true };
  expect((await signOn(it, { email: "ada@example.com" })).led).toBe(ARRIVED);
});

test("unsigned, signed by the envelope alone, and signed by another are refused", async () => {
  for (const options of [
    { signAssertion: false },
    { signAssertion: false, signResponse: true },
    selfSigned("other.test", "rsa"),
  ]) {
    idp.options = options;
    expect((await signOn(it, { email: "ada@example.com" })).led).toBe(INVALID);
  }
  expect(await accounts()).not.toContain("ada@example.com");
});

test("a signature by SHA-1, or over a digest by SHA-1, is refused", async () => {
  for (const more of [
    { algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
    { digest: "http://www.w3.org/2000/09/xmldsig#sha1" },
  ]) {
    const { page, form } = await begun();
    expect(led(await post(page, withXml(form, resigned(xmlOf(form), idp.certificate, more))))).toBe(INVALID);
  }
});

/** Each takes an honest answer for Ada and makes it speak of Eve (Somorovsky et al., On Breaking SAML, 2012). */
const WRAPPINGS: readonly (readonly [string, (xml: string) => string])[] = [
  ["the forged assertion before the signed one", (xml) => insertBefore(xml, "Assertion", forged(xml))],
  ["the forged assertion after the signed one", (xml) => insertAfter(xml, "Assertion", forged(xml))],
  [
    "the signed assertion inside of the forged one",
    (xml) => swap(xml, (signed) => forged(xml).replace("</saml:Subject>", `</saml:Subject>${signed}`)),
  ],
  [
    "the signed assertion inside of the forged one's signature",
    (xml) => swap(xml, (signed) => withObject(xml, signed)),
  ],
  [
    "the signed assertion in an extension of the envelope",
    (xml) =>
      swap(
        xml,
        (signed) =>
          `<samlp:Extensions xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${signed}</samlp:Extensions>${forged(xml)}`,
      ),
  ],
  ["a forged one with the same id", (xml) => insertBefore(xml, "Assertion", forged(xml, idOf(xml)))],
  [
    "the signature moved to a forged assertion",
    (xml) => swap(xml, (signed) => forgedWith(xml, pieceOf(signed, "Signature"))),
  ],
  [
    "the signed one renamed, under another namespace",
    (xml) => swap(xml, (signed) => `<x xmlns="urn:x">${signed}</x>${forged(xml)}`),
  ],
  [
    "the whole signed answer inside of a forged one",
    (xml) => xml.replace(pieceOf(xml, "Assertion"), `${forged(xml)}<x>${xml.replace(/<\?xml[^>]*\?>/, "")}</x>`),
  ],
  [
    "a reference to nothing, for the document as a whole",
    (xml) => xml.replace(/URI="#[^"]*"/, 'URI=""').replace("ada@example.com", EVE),
  ],
  ["the address changed", (xml) => xml.replace("ada@example.com", EVE)],
  ["the person changed", (xml) => xml.replace(">ada-1<", ">eve-1<")],
  [
    "the transform that leaves signatures out, alone",
    (xml) => xml.replace(/<Transform Algorithm="http:\/\/www.w3.org\/2001\/10\/xml-exc-c14n#"\s*\/>/, ""),
  ],
  [
    "a stylesheet among the transforms",
    (xml) =>
      xml.replace("<Transforms>", '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
  ],
  [
    "a second reference",
    (xml) =>
      xml.replace(
        "</Reference>",
        '</Reference><Reference URI=""><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AA==</DigestValue></Reference>',
      ),
  ],
  ["a comment that cuts the person in two", (xml) => xml.replace(">ada-1<", ">ada<!-- -->-1<")],
  ["a comment in the address", (xml) => xml.replace("ada@example.com", "ada@example.com<!---->.evil.test")],
  [
    "a document type with an entity",
    (xml) =>
      `<!DOCTYPE x [<!ENTITY e "${EVE}">]>${xml.replace(/<\?xml[^>]*\?>/, "").replace("ada@example.com", "&e;")}`,
  ],
  ["CDATA in the address", (xml) => xml.replace("ada@example.com", "<![CDATA[eve@example.com]]>")],
  ["a processing instruction", (xml) => xml.replace(">ada-1<", "><?x y?>ada-1<")],
];

test.each(WRAPPINGS)("%s is refused", async (_name, wrap) => {
  const { page, form } = await begun();
  const xml = xmlOf(form);
  const wrapped = wrap(xml);
  expect(wrapped).not.toBe(xml);
  expect(led(await post(page, withXml(form, wrapped)))).toBe(INVALID);
  expect((await page.call("GET", "/v1/account")).status).toBe(401);
  expect(await accounts()).not.toContain(EVE);
});

const idOf = (xml: string): string => /<(?:\w+:)?Assertion[^>]* ID="([^"]+)"/.exec(xml)![1]!;
const forgedWith = (xml: string, signature: string): string =>
  forged(xml).replace("</saml:Issuer>", `</saml:Issuer>${signature}`);

/** The assertion without its signature, for Eve. */
function forged(xml: string, id = "_evil"): string {
  const signed = pieceOf(xml, "Assertion");
  return signed
    .replace(pieceOf(signed, "Signature"), "")
    .replace(idOf(xml), id)
    .replaceAll("ada@example.com", EVE)
    .replaceAll("ada-1", "eve-1");
}

function swap(xml: string, by: (signed: string) => string): string {
  const signed = pieceOf(xml, "Assertion");
  return xml.replace(signed, by(signed));
}

function withObject(xml: string, signed: string): string {
  const signature = pieceOf(signed, "Signature").replace(
    "</Signature>",
    `<Object>${signed.replace(pieceOf(signed, "Signature"), "")}</Object></Signature>`,
  );
  return forgedWith(xml, signature);
}

const insertBefore = (xml: string, name: string, piece: string): string =>
  xml.replace(pieceOf(xml, name), `${piece}${pieceOf(xml, name)}`);
const insertAfter = (xml: string, name: string, piece: string): string =>
  xml.replace(pieceOf(xml, name), `${pieceOf(xml, name)}${piece}`);

/** Properly signed, and not for us, not now, not asked for. */
const MISFITS: readonly (readonly [string, (xml: string) => string])[] = [
  ["for another service", (xml) => xml.replace(/<saml:Audience>[^<]*</, "<saml:Audience>https://other.test<")],
  ["for no service", (xml) => xml.replace(pieceOf(xml, "AudienceRestriction"), "")],
  ["for another recipient", (xml) => xml.replace(/Recipient="[^"]*"/, 'Recipient="https://other.test/acs"')],
  ["for no recipient", (xml) => xml.replace(/ Recipient="[^"]*"/, "")],
  ["over", (xml) => xml.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2020-01-01T00:00:00.000Z"')],
  ["without an end", (xml) => xml.replaceAll(/ NotOnOrAfter="[^"]*"/g, "")],
  ["not valid yet", (xml) => xml.replace(/NotBefore="[^"]*"/, 'NotBefore="2090-01-01T00:00:00.000Z"')],
  ["with a time that is none", (xml) => xml.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="soon"')],
  [
    "by another provider",
    (xml) => xml.replace(/(<saml:Assertion[\s\S]*?<saml:Issuer>)[^<]*</, "$1https://other.test<"),
  ],
  ["asked for by nobody", (xml) => xml.replaceAll(/ InResponseTo="[^"]*"/g, "")],
  ["without a sign-in", (xml) => xml.replace(pieceOf(xml, "AuthnStatement"), "")],
  ["for no bearer", (xml) => xml.replace("cm:bearer", "cm:holder-of-key")],
  ["sent elsewhere", (xml) => xml.replace(/Destination="[^"]*"/, 'Destination="https://other.test/acs"')],
];

test.each(MISFITS)("a signed answer %s is refused", async (_name, change) => {
  const { page, form } = await begun();
  const changed = change(xmlOf(form));
  expect(changed).not.toBe(xmlOf(form));
  expect(led(await post(page, withXml(form, resigned(changed))))).toBe(INVALID);
});

test("an answer to another request than the browser's is refused, however well it is signed", async () => {
  const [first, second] = [await begun(), await begun()];
  expect(led(await post(second.page, { ...first.form, state: second.form.state }))).toBe(refused("state_invalid"));
});

test("an answer counts once", async () => {
  const { page, form } = await begun();
  expect(led(await post(page, form))).toBe(ARRIVED);
  expect(led(await post(page, form))).toBe(refused("state_invalid"));
  expect(led(await post(browser(it.http), form))).toBe(refused("state_invalid"));
});

test("somebody else's answer signs nobody on in another browser", async () => {
  const { form } = await begun();
  const victim = browser(it.http);
  await begin(victim, { email: "ada@example.com" });
  expect(led(await post(victim, form))).toBe(refused("state_invalid"));
  expect((await victim.call("GET", "/v1/account")).status).toBe(401);
});

test("a provider signs nobody on whose address its organization does not hold", async () => {
  for (const email of ["ceo@other.test", "ada@sub.example.com", "ada@example.com.evil.test", "ada@exаmple.com"]) {
    person.now = { id: `x-${email}`, attributes: { email, name: "X" } };
    const answer = (await signOn(it, { email: "ada@example.com" })).led;
    expect([email, answer]).toEqual([email, expect.stringMatching(/sign-in\?error=sign_on/)]);
  }
  person.now = { id: "two", attributes: { email: ["ada@example.com", "ceo@other.test"], name: "X" } };
  expect((await signOn(it, { email: "ada@example.com" })).led).toBe(ARRIVED);
  expect(await accounts()).toEqual(["ada@example.com", "owner@elsewhere.test"]);
});

test("an answer of one organization's provider counts for no other one", async () => {
  const { form } = await begun();
  const other = await samlCompany(it, person);
  const page = browser(it.http);
  const mine = await samlForm(await begin(page, { connection: other.connection }));
  const elsewhere = { ...form, action: mine.action, state: mine.state };
  expect(led(await post(page, elsewhere))).toBe(INVALID);
  expect(led(await post(page, { ...mine, action: form.action }))).toBe(INVALID);
});

test("an answer comes within ten minutes, and what was handed over is good for one", async () => {
  const [first, second] = [await begun(), await begun()];
  const { acsUrl } = idp;
  expect(led(await back(first.page, `${new URL(acsUrl).pathname}/arrive?code=none`))).toBe(refused("state_invalid"));
  it.http.clock.advance(601_000);
  const longer = (xml: string): string =>
    xml.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2090-01-01T00:00:00.000Z"');
  expect(led(await post(first.page, withXml(first.form, resigned(longer(xmlOf(first.form))))))).toBe(
    refused("state_invalid"),
  );
  expect(led(await post(second.page, second.form))).toBe(INVALID);
});
