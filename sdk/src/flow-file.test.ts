import { expect, it } from "vitest";
import { PutCredential } from "./api.ts";
import { FlowFile } from "./flow-file.ts";

const file = (more: object) => FlowFile.safeParse({ format: 1, name: "n", steps: [{ id: "a", kind: "set" }], ...more });

it("refuses text that is stored as it stands and that PostgreSQL would not take", () => {
  expect(file({ labels: { team: "größe 😀" } }).success).toBe(true);
  for (const text of ["x\0", "\ud800", "a\udc00b"]) {
    expect(file({ labels: { team: text } }).error?.issues[0]?.path).toEqual(["labels", "team"]);
    expect(file({ name: text }).error?.issues[0]?.path).toEqual(["name"]);
  }
});

it("refuses more than ten labels, and secrets longer than answers can be searched for", () => {
  const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at}`, "x"]));
  expect([file({ labels: labels(10) }).success, file({ labels: labels(11) }).success]).toEqual([true, false]);
  const secret = (length: number) => PutCredential.safeParse({ kind: "secret", secret: "x".repeat(length) }).success;
  expect([secret(4096), secret(4097)]).toEqual([true, false]);
});
