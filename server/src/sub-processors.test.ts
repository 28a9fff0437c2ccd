import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { subProcessorsOf } from "./sub-processors.ts";

const of = (env: Record<string, string>): string[] =>
  subProcessorsOf(readConfig(env, "/")).map(({ host, port, purpose }) => `${purpose} ${host}:${port}`);

test("an installation that is set up with nothing reaches nobody", () => expect(of({})).toEqual([]));

test("each setting that has the installation call somebody lists whom", () => {
  expect(
    of({
      STEWARD_SMTP_URL: "smtps://ann:pass@smtp.example.com",
      STEWARD_MAIL_FROM: "steward@example.com",
      STEWARD_GOOGLE_CLIENT_ID: "id",
      STEWARD_GOOGLE_CLIENT_SECRET: "secret",
      STEWARD_OIDC_ISSUER: "https://id.example.com:8443/realm",
      STEWARD_OIDC_CLIENT_ID: "id",
      STEWARD_OIDC_CLIENT_SECRET: "secret",
      STEWARD_KEY_SERVICE: "kms://eu-central-1/alias/steward",
      STEWARD_MASTER_KEY_FORMER: "kms://eu-west-1/alias/steward",
      STEWARD_BLOBS: "s3://bucket/blobs?region=eu-central-1",
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "secret",
    }),
  ).toEqual([
    "mail smtp.example.com:465",
    "identity accounts.google.com:443",
    "identity id.example.com:8443",
    "key_service kms.eu-central-1.amazonaws.com:443",
    "key_service kms.eu-west-1.amazonaws.com:443",
    "blobs bucket.s3.eu-central-1.amazonaws.com:443",
  ]);
});

test("what two settings name is listed once", () => {
  const aws = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  const key = "kms://eu-central-1/alias/steward";
  expect(of({ ...aws, STEWARD_KEY_SERVICE: key, STEWARD_MASTER_KEY_FORMER: key }).length).toBe(1);
});
