import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { parseFormerKeySetting, parseKeySetting, type KeyServiceTexts } from "./parse-key-setting.ts";

const TEXTS: KeyServiceTexts = {
  keyService: null,
  masterKey: null,
  accessKeyId: "AKID",
  secretAccessKey: "very secret",
  sessionToken: null,
};
const credentials = { accessKeyId: "AKID", secretAccessKey: "very secret", sessionToken: null };
const parse = (keyService: string, over: Partial<KeyServiceTexts> = {}) =>
  parseKeySetting({ ...TEXTS, keyService, ...over });

test("without a key service a given key is used, else the home's own file", () => {
  expect(parseKeySetting(TEXTS)).toEqual({ kind: "file" });
  expect(parseKeySetting({ ...TEXTS, masterKey: "k" })).toEqual({ kind: "given", key: "k" });
});

test.each([
  [
    "kms://eu-central-1/1234abcd-12ab-34cd-56ef-1234567890ab",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "https://kms.eu-central-1.amazonaws.com",
  ],
  ["kms://us-gov-west-1/alias/steward", "alias/steward", "https://kms.us-gov-west-1.amazonaws.com"],
  ["kms://cn-north-1/mrk-1", "mrk-1", "https://kms.cn-north-1.amazonaws.com.cn"],
  [
    "kms://eu-west-1/arn:aws:kms:eu-west-1:1:key/2",
    "arn:aws:kms:eu-west-1:1:key/2",
    "https://kms.eu-west-1.amazonaws.com",
  ],
  [
    "kms://eu-west-1/alias%2Fsteward?endpoint=https://kms.example.com:8443",
    "alias/steward",
    "https://kms.example.com:8443",
  ],
  ["kms://eu-west-1/k?endpoint=http%3A%2F%2F127.0.0.1%3A4599%2F", "k", "http://127.0.0.1:4599"],
  ["kms://eu-west-1/k?endpoint=http://[::1]:4599", "k", "http://[::1]:4599"],
])("%s is read", (text, keyId, endpoint) => {
  expect(parse(text, { masterKey: "goes after" })).toEqual({
    kind: "kms",
    keyId,
    endpoint,
    region: new URL(text).hostname,
    credentials,
  });
});

test("a session token is taken along", () => {
  expect(parse("kms://eu-west-1/k", { sessionToken: "t" })).toMatchObject({ credentials: { sessionToken: "t" } });
});

test.each([
  ["", "not a URL"],
  ["eu-west-1/k", "not a URL"],
  ["https://eu-west-1/k", "not a URL"],
  ["kms://eu-west-1", "path is a key id"],
  ["kms://eu-west-1/", "path is a key id"],
  ["kms://eu-west-1/a b", "path is a key id"],
  ["kms://eu-west-1/%", "path is a key id"],
  ["kms:///k", "region"],
  ["kms://region/k", "region"],
  ["kms://eu-west-1:1/k", "region"],
  ["kms://AKID:secret@eu-west-1/k", "no user"],
  ["kms://eu-west-1/k#f", "fragment"],
  ["kms://eu-west-1/k?region=x", "only parameter"],
  ["kms://eu-west-1/k?endpoint=http://kms.example.com", "https"],
  ["kms://eu-west-1/k?endpoint=http://127.0.0.1.example.com", "https"],
  ["kms://eu-west-1/k?endpoint=ftp://127.0.0.1", "https"],
  ["kms://eu-west-1/k?endpoint=https://kms.example.com/path", "origin"],
  ["kms://eu-west-1/k?endpoint=https://a:b@kms.example.com", "origin"],
])("%s is refused", (text, message) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: "start_refused", message: expect.stringContaining(message) }),
  );
});

test("the former key is the home's file, a key, or one of a key service", () => {
  expect(parseFormerKeySetting("file", TEXTS)).toEqual({ kind: "file" });
  expect(parseFormerKeySetting("ab".repeat(32), TEXTS)).toEqual({ kind: "given", key: "ab".repeat(32) });
  expect(parseFormerKeySetting("kms://eu-west-1/k", TEXTS)).toEqual(parse("kms://eu-west-1/k"));
  expect(() => parseFormerKeySetting("kms:", TEXTS)).toThrow(/region/);
});

test("credentials have to be there, and are not repeated", () => {
  for (const over of [{ accessKeyId: null }, { secretAccessKey: null }, { accessKeyId: "" }]) {
    expect(() => parse("kms://eu-west-1/k", over)).toThrow(/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/);
  }
});

test("any text is read or refused, and no refusal repeats a secret", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.tuple(fc.domain(), fc.string(), fc.string()).map(([a, b, c]) => `kms://${a}/${b}?endpoint=${c}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(parse(text).kind).toBe("kms");
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(String(error)).not.toContain("very secret");
      }
    }),
  );
});
