import { NewSignOnConnection, SignOnConnectionChange } from "@steward/sdk";
import { expect, it } from "vitest";
import {
  certificatesOf,
  connectionChange,
  connectionWrongs,
  EMPTY_CONNECTION,
  newConnection,
} from "./connection-form.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
const oidc = {
  ...EMPTY_CONNECTION,
  name: " Entra ",
  issuer: "https://login.example.org/t",
  clientId: "id",
  clientSecret: "s",
};
const saml = {
  ...EMPTY_CONNECTION,
  name: "Okta",
  issuer: "urn:okta",
  signOnUrl: "https://okta.example/sso",
  certificates: PEM,
};

it("what can be sent has nothing wrong and is what the API takes", () => {
  expect(connectionWrongs("oidc", oidc, true)).toEqual({});
  expect(connectionWrongs("saml", saml, true)).toEqual({});
  expect(NewSignOnConnection.parse(newConnection("oidc", oidc))).toMatchObject({ name: "Entra", emailAttribute: null });
  expect(NewSignOnConnection.safeParse(newConnection("saml", saml)).success).toBe(true);
});

it("each kind asks for what it needs; a change keeps secrets that are left empty", () => {
  expect(Object.keys(connectionWrongs("oidc", { ...EMPTY_CONNECTION, issuer: "login" }, true))).toEqual([
    "name",
    "issuer",
    "clientId",
    "clientSecret",
  ]);
  expect(connectionWrongs("saml", { ...saml, signOnUrl: "javascript:1" }, true)).toHaveProperty("signOnUrl");
  expect(connectionWrongs("oidc", { ...oidc, clientSecret: "" }, false)).toEqual({});
  const kept = connectionChange("oidc", { ...oidc, clientSecret: " " });
  expect(kept).not.toHaveProperty("clientSecret");
  expect(SignOnConnectionChange.safeParse(kept).success).toBe(true);
  expect(connectionChange("saml", { ...saml, certificates: "" })).not.toHaveProperty("certificates");
});

it("certificates are taken one by one, whatever stands between them", () => {
  expect(certificatesOf(`one\n${PEM}\ntwo\n${PEM}`)).toEqual([PEM, PEM]);
  expect(certificatesOf(" MIIB ")).toEqual(["MIIB"]);
  expect(certificatesOf(" \n")).toEqual([]);
});
