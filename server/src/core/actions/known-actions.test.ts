import { expect, test } from "vitest";
import { CONNECTORS } from "../../connectors/catalogue.ts";
import { readArguments, shapesOf } from "./known-action.ts";
import { knownActions } from "./known-actions.ts";

const KNOWN = knownActions(CONNECTORS);

test("an event is granted like an action that reads, with conditions on its settings", () => {
  const mail = KNOWN.find("gmail.new_mail")!;
  expect(mail).toMatchObject({ connector: "gmail", isEvent: true, classes: ["read"], destination: [] });
  expect(KNOWN.of({ kind: "connection", connector: "gmail" })).toContain(mail);
  expect(KNOWN.of({ kind: "connection", connector: "slack" })).not.toContain(mail);
  expect([...shapesOf(mail)[0]!.fields.keys()]).toEqual(["label"]);
  expect(readArguments(mail, {}, "arguments")).toEqual({ label: "INBOX" });
  expect(mail.classOf({ label: "INBOX" })).toBe("read");
});
