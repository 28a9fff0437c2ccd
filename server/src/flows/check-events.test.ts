import { expect, test } from "vitest";
import { FlowFile } from "@steward/sdk";
import { CONNECTORS } from "../connectors/catalogue.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import { checkEvents } from "./check-events.ts";

const SCOPE = { organization: "o", project: "p" };

async function problemsOf(trigger: object): Promise<readonly string[]> {
  const triggers = [{ id: "t", kind: "event", connection: "c", ...trigger }];
  const file = FlowFile.parse({ format: 1, name: "f", triggers, steps: [{ id: "s", kind: "set", input: {} }] });
  return (await checkEvents(connectorsOf(CONNECTORS), SCOPE, file)).map(({ field, message }) => `${field}: ${message}`);
}

test("an event that a connector has, with settings that fit, is all right", async () => {
  expect(await problemsOf({ event: "gmail.new_mail" })).toEqual([]);
  expect(await problemsOf({ event: "gmail.new_mail", settings: { label: "INBOX" }, everySeconds: 15 })).toEqual([]);
  expect(await problemsOf({ event: "github.issue", settings: { repository: "ada/shop" } })).toEqual([]);
});

test("what is not is named, with its place", async () => {
  expect(await problemsOf({ event: "nobody.mail" })).toEqual([
    expect.stringContaining('triggers[0].event: there is no connector "nobody"'),
  ]);
  expect(await problemsOf({ event: "gmail.mail" })).toEqual([expect.stringContaining("it has gmail.new_mail")]);
  expect(await problemsOf({ event: "github.issue" })).toEqual([
    expect.stringContaining("triggers[0].settings.repository"),
  ]);
  expect(await problemsOf({ event: "gmail.new_mail", settings: { folder: "x" } })).toEqual([
    expect.stringContaining("settings.folder"),
  ]);
  expect(await problemsOf({ event: "gmail.new_mail", everySeconds: 5 })).toEqual([
    expect.stringContaining("every 15 seconds"),
  ]);
  expect(await problemsOf({ event: "github.push", settings: { repository: "a/b" }, everySeconds: 60 })).toEqual([
    expect.stringContaining("everySeconds: leave it out"),
  ]);
  expect(await problemsOf({ event: "gmail.new_mail", connection: "me" })).toEqual([
    expect.stringContaining("connection: name a connection"),
  ]);
});
