import { PutCredential } from "@steward/sdk";
import { expect, it } from "vitest";
import { credentialBody, credentialErrors, EMPTY_CREDENTIAL } from "./credential-form.ts";

const form = {
  ...EMPTY_CREDENTIAL,
  slug: "github",
  secret: "s",
  hosts: "api.github.com\n api.github.com, example.org ",
};

it("a form that can be sent has no errors and is what the API takes", () => {
  expect(credentialErrors(form)).toEqual({});
  expect(credentialBody(form)).toEqual({ kind: "bearer", secret: "s", hosts: ["api.github.com", "example.org"] });
  expect(PutCredential.safeParse(credentialBody({ ...form, kind: "header", header: "X-Api-Key" })).success).toBe(true);
});

it("each kind asks for what it needs and leaves the rest out", () => {
  expect(Object.keys(credentialErrors({ ...form, slug: "-", secret: "", hosts: "" }))).toEqual([
    "slug",
    "secret",
    "hosts",
  ]);
  expect(credentialErrors({ ...form, kind: "basic" })).toHaveProperty("user");
  expect(credentialErrors({ ...form, kind: "header", header: "not a header" })).toHaveProperty("header");
  expect(credentialErrors({ ...form, kind: "secret", hosts: "" })).toEqual({});
  expect(credentialBody({ ...form, kind: "secret", user: "ada" })).toEqual({ kind: "secret", secret: "s", hosts: [] });
});
