import { expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { MailMessage } from "../core/mail-message.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import type { Account } from "../core/ports/identity.ts";
import { renderLetter } from "../mail/render-letter.ts";
import { writeLetter } from "../mail/write-letter.ts";
import { boxOf } from "./strict-provider.testsuite.ts";
import { createTellOwner } from "./tell-owner.ts";

const SCOPE = { organization: "01900000-0000-7000-8000-000000000001", project: "01900000-0000-7000-8000-000000000002" };
const ANN = "01900000-0000-7000-8000-000000000003";

async function told(connection: { owner?: string; createdBy?: string }, change: Partial<Account> | null = {}) {
  const sent: MailMessage[] = [];
  const account = { id: ANN, email: "ann@example.com", name: "Ann", deletedAt: null, ...change } as Account;
  const tell = createTellOwner({
    mail: { send: async (_tx, message) => void sent.push(message) },
    identity: { findAccount: async (id) => (change !== null && id === ANN ? account : null) },
    connectors: connectorsOf([boxOf("http://127.0.0.1:1")]),
    publicUrl: () => "https://steward.test",
  });
  const row = { owner: null, createdBy: "system", slug: "office", connector: "box", ...connection };
  await tell({ query: () => Promise.reject(new Error("nothing is asked")) }, SCOPE, row);
  return sent;
}

test("whose connection it is, or who made it for the project, is told where to connect it again", async () => {
  for (const connection of [{ owner: ANN, createdBy: "acc_x" }, { createdBy: showId("acc", ANN) }]) {
    const [message] = await told(connection);
    const { text, links, subject } = renderLetter(writeLetter(message!));
    expect([message!.to, subject]).toEqual(["ann@example.com", "Connect Box again"]);
    expect(text).toContain("office");
    expect(links).toEqual([`https://steward.test/connections?project=${showId("prj", SCOPE.project)}&open=office`]);
  }
});

test.each([
  ["a service account made it", { createdBy: "mem_01900000000000000000000000" }, {}],
  ["the account is gone", { owner: ANN }, null],
  ["the account is deleted", { owner: ANN }, { deletedAt: 1 }],
  ["its address is none to write to", { owner: ANN }, { email: "not an address" }],
] as const)("nobody is written to where %s", async (_why, connection, change) => {
  expect(await told(connection, change)).toEqual([]);
});
