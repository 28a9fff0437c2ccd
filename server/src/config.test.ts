import { expect, test } from "vitest";
import { readConfig, unknownSettings } from "./config.ts";

test.each(["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "steward.example.com"])(
  "%s is where it may listen",
  (host) => {
    expect(readConfig({ STEWARD_HOST: host }, "/").host).toBe(host);
  },
);

test.each([
  ["STEWARD_HOST", "999.1.1.1"],
  ["STEWARD_HOST", "127.0.0.1:80"],
  ["STEWARD_HOST", "http://127.0.0.1"],
  ["STEWARD_OWNER_EMAIL", "ada"],
  ["STEWARD_PORT", "70000"],
  ["STEWARD_PUBLIC_URL", "steward.example.com"],
  ["STEWARD_TLS_CERT", "cert.pem"],
  ["STEWARD_TLS_MIN", "1.1"],
  ["STEWARD_TRUSTED_PROXIES", "10.0.0.0/8, proxy"],
  ["STEWARD_TRUSTED_PROXIES", "0.0.0.0/0"],
  ["STEWARD_PROXY_HEADER", "X-Real-IP"],
  ["STEWARD_CALLS_PER_MINUTE", "many"],
  ["STEWARD_CALLS_PER_MINUTE", "0"],
  ["STEWARD_BLOBS", "https://bucket.example.com"],
  ["STEWARD_BLOBS", "s3://bucket?regoin=eu-west-1"],
  ["STEWARD_VOLUME_GB", "0"],
  ["STEWARD_FILE_VERSIONS", "2.5"],
  ["STEWARD_FILE_DAYS", "forever"],
  ["STEWARD_REGIONS", "eu, The Moon"],
  ["STEWARD_REGION", "eu"],
  ["STEWARD_STORE_REGION", "eu"],
])("%s=%s is refused by name", (name, value) => {
  expect(() => readConfig({ [name]: value }, "/")).toThrow(`${name} is not `);
});

test("nobody's word counts, TLS 1.3 is the oldest and 600 calls a minute are the most, unless it is said", () => {
  const { proxies, tlsMin, callsPerMinute } = readConfig({}, "/");
  expect({ proxies, tlsMin, callsPerMinute }).toEqual({
    proxies: { trusted: [], header: "x-forwarded-for" },
    tlsMin: "TLSv1.3",
    callsPerMinute: 600,
  });
  const said = readConfig(
    {
      STEWARD_TLS_MIN: "1.2",
      STEWARD_TRUSTED_PROXIES: "10.0.0.0/8, ::1",
      STEWARD_PROXY_HEADER: "Forwarded",
      STEWARD_CALLS_PER_MINUTE: "60000",
    },
    "/",
  );
  expect(said).toMatchObject({ tlsMin: "TLSv1.2", callsPerMinute: 60_000, proxies: { header: "forwarded" } });
  expect(said.proxies.trusted).toHaveLength(2);
});

test("a name that looks like a setting and is none is found", () => {
  expect(unknownSettings({ STEWARD_HOME: "x", STEWARD_URL: "y", STEWARD_PROT: "80", PATH: "z" })).toEqual([
    "STEWARD_PROT",
  ]);
});

test("mail is sent once both the server and the address are given, and neither alone is enough", () => {
  const [url, from] = ["smtps://u:p@smtp.example.com", "steward@example.com"];
  expect(readConfig({}, "/").mail).toBeNull();
  const { mail } = readConfig({ STEWARD_SMTP_URL: url, STEWARD_MAIL_FROM: from }, "/");
  expect(mail).toMatchObject({ from, server: { host: "smtp.example.com", port: 465, secure: true } });
  expect(() => readConfig({ STEWARD_SMTP_URL: url }, "/")).toThrow("STEWARD_MAIL_FROM is not ");
  expect(() => readConfig({ STEWARD_MAIL_FROM: from }, "/")).toThrow("STEWARD_SMTP_URL is not ");
  expect(() => readConfig({ STEWARD_SMTP_URL: "smtp.example.com", STEWARD_MAIL_FROM: from }, "/")).toThrow("SMTP_URL");
});

test("the file of models' prices lies where it is said, from the working folder on", () => {
  expect(readConfig({}, "/").modelPrices).toBe(null);
  expect(readConfig({ STEWARD_MODEL_PRICES: "prices.json" }, "/srv").modelPrices).toBe("/srv/prices.json");
});

test("regions are a list of labels, empty unless it is said", () => {
  expect(readConfig({}, "/").regions).toEqual([]);
  expect(readConfig({ STEWARD_REGIONS: "eu, ch-north,eu" }, "/").regions).toEqual(["eu", "ch-north"]);
});

test("a process stands in no region unless it is said, and the store where it does, else in the first", () => {
  const of = (env: Record<string, string>) => {
    const { region, storeRegion } = readConfig(env, "/");
    return { region, storeRegion };
  };
  const STEWARD_REGIONS = "eu,ch";
  expect(of({})).toEqual({ region: null, storeRegion: null });
  expect(of({ STEWARD_REGIONS })).toEqual({ region: null, storeRegion: "eu" });
  expect(of({ STEWARD_REGIONS, STEWARD_REGION: "ch" })).toEqual({ region: "ch", storeRegion: "ch" });
  const both = { STEWARD_REGIONS, STEWARD_REGION: "ch", STEWARD_STORE_REGION: "eu" };
  expect(of(both)).toEqual({ region: "ch", storeRegion: "eu" });
  expect(() => readConfig({ ...both, STEWARD_REGION: "us" }, "/")).toThrow("STEWARD_REGION is not one of the labels");
});

test("blobs lie in the home unless a bucket is named, and then its keys must be", () => {
  const usual = readConfig({}, "/");
  expect(usual.blobs).toBeNull();
  expect(usual.files).toEqual({ volumeBytesMax: 10_737_418_240, versionsMax: 20, versionDays: 30 });
  const env = { STEWARD_BLOBS: "s3://files/a?endpoint=http://127.0.0.1:9000", AWS_ACCESS_KEY_ID: "id" };
  expect(() => readConfig(env, "/")).toThrow("AWS_ACCESS_KEY_ID is not set together with AWS_SECRET_ACCESS_KEY");
  expect(readConfig({ ...env, AWS_SECRET_ACCESS_KEY: "key" }, "/").blobs).toEqual({
    place: { bucket: "files", prefix: "a", region: "us-east-1", endpoint: "http://127.0.0.1:9000" },
    keys: { accessKeyId: "id", secretAccessKey: "key", sessionToken: null },
  });
});
