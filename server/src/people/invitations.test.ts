import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { changeMember } from "./change-member.ts";
import { createInvitation } from "./create-invitation.ts";
import { deleteOrganization } from "./delete-organization.ts";
import { listInvitations } from "./list-invitations.ts";
import { listMembers } from "./list-members.ts";
import { lookAtInvitation } from "./look-at-invitation.ts";
import { sameAddress } from "./same-address.ts";
import type { Account } from "../core/ports/identity.ts";
import { testPeople, type TestOrganization, type TestPeople } from "./people.testsuite.ts";
import { removeMember } from "./remove-member.ts";
import { revokeInvitation } from "./revoke-invitation.ts";

let people: TestPeople;
let acme: TestOrganization;
beforeEach(async () => {
  people = await testPeople();
  acme = await people.organization();
});
afterEach(async () => await people.close());

const DAY_MS = 86_400_000;
const tokenOf = (url: string) => url.split("#")[1]!;
const invite = async (email: string, role: "viewer" | "admin" | "owner" = "viewer", actor = acme.owner) => {
  const made = await createInvitation(people, actor, acme.organization, { email, role });
  return { ...made, token: tokenOf(made.url) };
};
const accept = (account: Account, token: string) =>
  acceptInvitation(people, { shownId: showId("acc", account.id), account: account.id }, token);
const refusalOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: Error) => thrown,
  );
  return error === null ? "was done" : `${"code" in error ? String(error.code) : ""}: ${error.message}`;
};

test("an invitation goes out by mail in the transaction that makes it, and only its hash is kept", async () => {
  const { url, token, state } = await invite("ada@example.com");
  expect(state).toBe("open");
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(people.sent).toMatchObject([
    { to: "ada@example.com", template: "invited", values: { organization: "Acme", role: "viewer", url } },
  ]);
  const { rows } = await people.db.admin.query<{ all: string; hash: Buffer }>({
    text: "select i::text as all, token_hash as hash from steward.invitations i",
  });
  expect(rows[0]!.all).not.toContain(token);
  expect(rows[0]!.hash).toEqual(createHash("sha256").update(token).digest());
  const acts = await acme.acts();
  expect(acts.at(-1)).toMatchObject({ action: "invitation.created", facts: { role: "viewer" } });
  expect(JSON.stringify(acts)).not.toContain("ada@");
});

test("when the mail can't be put into the outbox, nobody is invited", async () => {
  const broken = { ...people, people: { ...people.people, mail: { send: () => Promise.reject(new Error("full")) } } };
  await expect(
    createInvitation(broken, acme.owner, acme.organization, { email: "ada@example.com", role: "viewer" }),
  ).rejects.toThrow("full");
  expect((await listInvitations(people, acme.organization, { limit: 10 })).items).toEqual([]);
});

test("who holds the invited address joins, once, however many try at once", async () => {
  const ada = people.account("ada");
  const { token } = await invite("ADA@Example.com", "admin");
  expect(await lookAtInvitation(people, token)).toMatchObject({ organization: { name: "Acme" }, role: "admin" });
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => accept(ada, token)));
  expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  const { items } = await listMembers(people, acme.organization, { limit: 10 });
  expect(items.map((one) => [one.email, one.role]).slice(1)).toEqual([["ada@example.com", "admin"]]);
  expect((await listInvitations(people, acme.organization, { limit: 10 })).items[0]).toMatchObject({
    state: "accepted",
  });
  expect((await acme.acts()).at(-1)).toMatchObject({ action: "member.joined", actor: showId("acc", ada.id) });
});

test("a token that lets nobody in is refused in the same words, whatever is wrong with it", async () => {
  const ada = people.account("ada");
  const unverified = people.account("grace", { emailVerified: false });
  const used = await invite("ada@example.com");
  await accept(ada, used.token);
  await removeMember(
    people,
    acme.owner,
    acme.organization,
    (await listMembers(people, acme.organization, { limit: 9 })).items[1]!.id,
  );
  const foreign = await invite("somebody@example.com");
  const toUnverified = await invite("grace@example.com");
  const revoked = await invite("ada@example.com");
  await revokeInvitation(people, acme.owner, acme.organization, revoked.id);
  const refusals = new Set([
    await refusalOf(accept(ada, "no such token")),
    await refusalOf(accept(ada, used.token)),
    await refusalOf(accept(ada, foreign.token)),
    await refusalOf(accept(ada, revoked.token)),
    await refusalOf(accept(unverified, toUnverified.token)),
    await refusalOf(lookAtInvitation(people, "no such token")),
    await refusalOf(lookAtInvitation(people, used.token)),
    await refusalOf(lookAtInvitation(people, revoked.token)),
  ]);
  const expired = await invite("ada@example.com");
  people.clock.advance(7 * DAY_MS);
  refusals.add(await refusalOf(accept(ada, expired.token)));
  refusals.add(await refusalOf(lookAtInvitation(people, expired.token)));
  const orphaned = await invite("ada@example.com");
  await deleteOrganization(people, acme.owner, acme.organization);
  refusals.add(await refusalOf(accept(ada, orphaned.token)));
  refusals.add(await refusalOf(lookAtInvitation(people, orphaned.token)));
  expect([...refusals]).toEqual(["not_found: This invitation is not known, was used, or is over: ask for a new one."]);
});

test("inviting an address again ends the invitation before, and a member can't be invited", async () => {
  const ada = people.account("ada");
  const first = await invite("ada@example.com");
  const second = await invite("Ada@example.COM", "admin");
  expect(await refusalOf(accept(ada, first.token))).toMatch(/^not_found/);
  await accept(ada, second.token);
  expect(await refusalOf(invite("ada@EXAMPLE.com"))).toMatch(/^conflict/);
  const { items } = await listInvitations(people, acme.organization, { limit: 10 });
  expect(items.map((one) => one.state)).toEqual(["accepted", "revoked"]);
});

test("an address that is invited many times at once has one open invitation", async () => {
  await Promise.all(Array.from({ length: 4 }, () => invite("ada@example.com")));
  const { items } = await listInvitations(people, acme.organization, { limit: 10 });
  expect(items.map((one) => one.state).toSorted()).toEqual(["open", "revoked", "revoked", "revoked"]);
});

test("who sends mails to one address again and again is stopped for the day", async () => {
  for (let time = 0; time < 5; time++) await invite("ada@example.com");
  expect(await refusalOf(invite("ada@example.com"))).toMatch(/^overloaded/);
  await invite("grace@example.com");
  people.clock.advance(DAY_MS + 1);
  await invite("ada@example.com");
  expect(people.sent).toHaveLength(7);
});

test("an invitation is worth what its inviter may still give", async () => {
  const admin = await acme.member("admin");
  const { token } = await invite("ada@example.com", "admin", admin);
  await changeMember(people, acme.owner, acme.organization, admin.shownMember, { role: "viewer" });
  expect(await refusalOf(accept(people.account("ada"), token))).toMatch(/^not_found/);
});

test("only owners invite owners, and nobody takes back or replaces what gives more than they have", async () => {
  const admin = await acme.member("admin");
  expect(await refusalOf(invite("ada@example.com", "owner", admin))).toMatch(/^forbidden/);
  const { id } = await invite("ada@example.com", "owner");
  expect(await refusalOf(invite("ada@example.com", "viewer", admin))).toMatch(/^forbidden/);
  expect(await refusalOf(revokeInvitation(people, admin, acme.organization, id))).toMatch(/^forbidden/);
  await revokeInvitation(people, acme.owner, acme.organization, id);
});

test("letters beyond A to Z are not folded: another mailbox stays another", () => {
  expect(sameAddress("Kim@Example.com", "kim@example.COM")).toBe(true);
  expect(sameAddress("\u212Aim@example.com", "kim@example.com")).toBe(false);
});
