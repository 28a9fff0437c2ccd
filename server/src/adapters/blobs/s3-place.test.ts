import { expect, test } from "vitest";
import { parseS3Place, s3BaseUrl } from "./s3-place.ts";

test("an address names bucket, prefix, region and endpoint", () => {
  expect(parseS3Place("s3://files/steward/a/?region=eu-west-1&endpoint=http://127.0.0.1:9000/")).toEqual({
    bucket: "files",
    prefix: "steward/a",
    region: "eu-west-1",
    endpoint: "http://127.0.0.1:9000",
  });
  expect(parseS3Place("s3://files")).toEqual({ bucket: "files", prefix: "", region: "us-east-1", endpoint: null });
});

test.each([
  "",
  "files",
  "https://files",
  "s3://",
  "s3://Files",
  "s3://a",
  "s3://files/../other",
  "s3://files/a b",
  "s3://files?regoin=eu-west-1",
  "s3://files?region=eu/west",
  "s3://files?region=a&region=b&endpoint=http://x",
  "s3://files?endpoint=ftp://x",
  "s3://files?endpoint=http://user:secret@x",
  "s3://files?endpoint=http://x/path",
])("%s is none", (text) => {
  expect(parseS3Place(text)).toBeNull();
});

test("the bucket is Amazon's host where it may be, else a part of the path", () => {
  const url = (text: string): string => s3BaseUrl(parseS3Place(text)!);
  expect(url("s3://files/p?region=eu-west-1")).toBe("https://files.s3.eu-west-1.amazonaws.com/p");
  expect(url("s3://my.files?region=eu-west-1")).toBe("https://s3.eu-west-1.amazonaws.com/my.files");
  expect(url("s3://files/p?endpoint=http://127.0.0.1:9000")).toBe("http://127.0.0.1:9000/files/p");
});
