import { ProblemError, PutCredential } from "@steward/sdk";
import { expect, it } from "vitest";
import { credentialBody, credentialErrors, EMPTY_CREDENTIAL, refusedField } from "./credential-form.ts";

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

it("what the server refuses stands at the field it names", () => {
  const refusal = (details: Record<string, unknown>) => {
    const fields = { type: "", title: "", status: 422, detail: "not a host", code: "value_invalid", hint: "" };
    return new ProblemError({ ...fields, details, retryAfterSeconds: null });
  };
  expect(refusedField(refusal({ field: "hosts[0]" }))).toEqual({ hosts: "not a host" });
  expect(refusedField(refusal({ field: "elsewhere" }))).toBeNull();
  expect(refusedField(refusal({}))).toBeNull();
  expect(refusedField(new Error("x"))).toBeNull();
});
