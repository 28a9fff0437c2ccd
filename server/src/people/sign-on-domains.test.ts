/** Which organization holds a domain: proved by its record, looked for again each day, lost after a week without it. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { randomFillSync } from "node:crypto";
import { keyringOn, memoryKeyFiles } from "../keyring/keyring.testsuite.ts";
import { INSTALLATION } from "../store/installation.ts";
import { type TestOrganization, testPeople, type TestPeople } from "./people.testsuite.ts";
import { checkDomains } from "./sign-on-domain-checks.ts";
import { addressDomain, readDomainName } from "./sign-on-domain-name.ts";
import { addSignOnDomain, listSignOnDomains, removeSignOnDomain, verifySignOnDomain } from "./sign-on-domains.ts";
import { createSignOnRules } from "./sign-on-rules.ts";
import { testSignOn, type TestSignOn } from "./sign-on.testsuite.ts";
import type { SignOnActor, SignOnParts } from "./sign-on-parts.ts";

const DAY_MS = 86_400_000;
let people: TestPeople;
let signOn: TestSignOn;
let parts: SignOnParts;
let acme: TestOrganization;
let other: TestOrganization;
const logs: string[] = [];

beforeAll(async () => {
  people = await testPeople();
  const keyring = keyringOn(memoryKeyFiles(), { fillRandom: randomFillSync });
  await keyring.createOrganization(INSTALLATION);
  await keyring.createProject(INSTALLATION, INSTALLATION);
  signOn = testSignOn(keyring);
  parts = { ...people, signOn };
  acme = await people.organization("Acme");
  other = await people.organization("Other");
});
afterAll(() => people.close());
beforeEach(async () => {
  signOn.zone.clear();
  signOn.told.length = 0;
  await people.db.admin.query({ text: "delete from steward.sign_on_domains" });
});

const by = ({ owner }: TestOrganization): SignOnActor => ({ ...owner, signedOnBy: null });
const refusal = async (act: Promise<unknown>): Promise<unknown> =>
  await act.then(
    () => "done",
    (error: { code: unknown }) => error.code,
  );
const tick = (): Promise<number> =>
  checkDomains({ ...parts, log: (message, error) => void logs.push(`${message} ${String(error)}`) });

async function verified(of: TestOrganization, name: string): Promise<string> {
  const { id, record } = await addSignOnDomain(parts, by(of), of.organization, { domain: name });
  signOn.zone.set(name, { kind: "found", records: [record] });
  await verifySignOnDomain(parts, by(of), { organization: of.organization, domain: id });
  return id;
}
const stateOf = async (of: TestOrganization): Promise<readonly string[]> =>
  (await listSignOnDomains(parts, of.organization)).map(({ domain, state }) => `${domain} ${state}`);

test("a domain counts once its own record was seen, and not for another token, or for one within another text", async () => {
  const { organization } = acme;
  const { id, record, state } = await addSignOnDomain(parts, by(acme), organization, { domain: "Acme.TEST." });
  expect(state).toBe("pending");
  const look = () => refusal(verifySignOnDomain(parts, by(acme), { organization, domain: id }));
  expect(await look()).toBe("conflict");
  expect(await look()).toBe("overloaded");
  for (const records of [["steward-verification=other"], [`x ${record}`], [`${record}x`], [record.toUpperCase()]]) {
    people.clock.advance(6000);
    signOn.zone.set("acme.test", { kind: "found", records });
    expect([records, await look()]).toEqual([records, "conflict"]);
  }
  people.clock.advance(6000);
  signOn.zone.set("acme.test", { kind: "failed", message: "ETIMEOUT" });
  expect(await look()).toBe("unavailable");
  people.clock.advance(6000);
  signOn.zone.set("acme.test", { kind: "found", records: ["v=spf1", record] });
  expect(await look()).toBe("done");
  expect(await stateOf(acme)).toEqual(["acme.test verified"]);
});

test("of two organizations, one holds a domain: the first that proves it, until it lets go", async () => {
  const { id } = await addSignOnDomain(parts, by(other), other.organization, { domain: "acme.test" });
  await verified(acme, "acme.test");
  const theirs = (await listSignOnDomains(parts, other.organization))[0]!;
  signOn.zone.set("acme.test", { kind: "found", records: [theirs.record] });
  const take = () => refusal(verifySignOnDomain(parts, by(other), { organization: other.organization, domain: id }));
  expect(await take()).toBe("conflict");
  expect(await stateOf(other)).toEqual(["acme.test pending"]);
  const mine = (await listSignOnDomains(parts, acme.organization))[0]!;
  const foreign = { organization: other.organization, domain: mine.id };
  expect(await refusal(removeSignOnDomain(parts, by(other), foreign))).toBe("not_found");
  expect(await refusal(verifySignOnDomain(parts, by(other), foreign))).toBe("not_found");
  await removeSignOnDomain(parts, by(acme), { organization: acme.organization, domain: mine.id });
  people.clock.advance(6000);
  expect(await take()).toBe("done");
});

test("a record that is missing for a week takes the domain's force, and the owners are told at the beginning and the end", async () => {
  await verified(acme, "acme.test");
  const rules = createSignOnRules(parts);
  const provider = { organization: acme.organization } as Parameters<typeof rules.requireHeld>[0];
  const holds = () => refusal(rules.requireHeld(provider, "ada@acme.test"));
  people.clock.advance(DAY_MS / 2);
  expect(await tick()).toBe(0);
  people.clock.advance(DAY_MS);
  expect(await tick()).toBe(1); // it is there
  signOn.zone.set("acme.test", { kind: "missing" });
  for (let day = 0; day < 7; day++) {
    people.clock.advance(DAY_MS + 1);
    expect(await tick()).toBe(1);
    expect([day, await stateOf(acme), await holds()]).toEqual([day, ["acme.test failing"], "done"]);
  }
  expect(signOn.told.map(({ to, template }) => `${to} ${template}`)).toEqual([`${acme.account.email} domain_failing`]);
  people.clock.advance(DAY_MS + 1);
  await tick();
  expect(await stateOf(acme)).toEqual(["acme.test pending"]);
  expect(await holds()).toBe("sign_in_failed");
  expect(signOn.told.map(({ template }) => template)).toEqual(["domain_failing", "domain_lost"]);
  const actions = (await acme.acts()).map(({ action }) => action);
  expect(actions.filter((one) => one.startsWith("sign_on.domain_")).slice(-2)).toEqual([
    "sign_on.domain_failing",
    "sign_on.domain_lost",
  ]);
  expect(logs).toEqual([]);
});

test("a record that comes back, and a name server that does not answer, cost nothing", async () => {
  await verified(acme, "acme.test");
  const [known] = await listSignOnDomains(parts, acme.organization);
  for (const [answer, state] of [
    [{ kind: "missing" }, "failing"],
    [{ kind: "found", records: [known!.record] }, "verified"],
    [{ kind: "failed", message: "ESERVFAIL" }, "verified"],
  ] as const) {
    signOn.zone.set("acme.test", answer);
    for (let day = 0; day < 6; day++) {
      people.clock.advance(DAY_MS + 1);
      await tick();
    }
    expect(await stateOf(acme)).toEqual([`acme.test ${state}`]);
  }
});

test("public mail providers' domains and what is none are refused; names are made one spelling", () => {
  const read = (text: string): string => {
    try {
      return readDomainName(text);
    } catch {
      return "refused";
    }
  };
  expect(["Example.COM", "example.com.", " example.com ", "bücher.de"].map(read)).toEqual([
    "example.com",
    "example.com",
    "example.com",
    "xn--bcher-kva.de",
  ]);
  const none = [
    "gmail.com",
    "GMAIL.com.",
    "web.de",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "2130706433",
    "a b.com",
    "a.com/x",
    "a.com:80",
    "u@a.com",
    "a.com?x",
    "*.a.com",
    "_x.a.com",
    "-a.com",
    "a..com",
    "com",
    "",
    "a.com\\b",
    "a.c0m.123",
  ];
  expect(none.map((text) => [text, read(text)])).toEqual(none.map((text) => [text, "refused"]));
});

test("whatever is taken for a domain is lower-case ASCII, stays what it is, and is the domain of its addresses", () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.string(), fc.webAuthority()), (text) => {
      let name: string;
      try {
        name = readDomainName(text);
      } catch {
        return true;
      }
      return /^[a-z0-9.-]+$/.test(name) && readDomainName(name) === name && addressDomain(`a@b@${name}`) === name;
    }),
    { numRuns: 2000 },
  );
});
