import { expect, test } from "vitest";
import { offersWithin, scopesNeeded } from "./scopes-needed.ts";

const GMAIL = {
  scopes: { openid: "Know who", send: "Send", read: "Read all" },
  actions: [
    { id: "gmail.send", scopes: ["send"] },
    { id: "gmail.reply", scopes: ["send", "read"] },
  ],
  triggers: [{ id: "gmail.new_mail", scopes: ["read"] }],
};

const needed = (...chosen: string[]): string[] => scopesNeeded(GMAIL, chosen).map(({ scope }) => scope);

test("only what was chosen needs scopes, beside those that tell whose account it is", () => {
  expect(needed()).toEqual([]);
  expect(needed("gmail.send")).toEqual(["openid", "send"]);
  expect(needed("gmail.new_mail")).toEqual(["openid", "read"]);
  expect(needed("gmail.reply", "gmail.send")).toEqual(["openid", "send", "read"]);
});

test("a consent goes on with what its scopes were asked for, and with nothing that needs more", () => {
  expect(offersWithin(GMAIL, ["openid", "send"])).toEqual(["gmail.send"]);
  expect(offersWithin(GMAIL, ["openid", "send", "read"])).toEqual(["gmail.send", "gmail.reply", "gmail.new_mail"]);
  expect(offersWithin(GMAIL, [])).toEqual([]);
});
