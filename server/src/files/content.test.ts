import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import { noise } from "../../test/volume.ts";
import { AppError } from "../core/errors.ts";
import { readRange } from "./byte-range.ts";
import { keepPace } from "./keep-pace.ts";
import { previewOf, servedAs, sniffMediaType } from "./media-type.ts";
import { checkPreconditions, readPreconditions } from "./preconditions.ts";

test("a range is within the content, and is what was asked for", () => {
  const size = fc.nat(2000);
  fc.assert(
    fc.property(size, size, size, fc.constantFrom("both", "from", "last"), (bytes, a, b, form) => {
      const header = form === "both" ? `bytes=${a}-${b}` : form === "from" ? `bytes=${a}-` : `bytes=-${a}`;
      const asked = Array.from({ length: bytes }, (_, at) => at).filter((at) =>
        form === "both" ? at >= a && at <= b : form === "from" ? at >= a : at >= bytes - a,
      );
      if (form === "both" && b < a) expect(readRange(header, bytes)).toBeNull();
      else if (asked.length === 0) expect(() => readRange(header, bytes)).toThrow(AppError);
      else expect(readRange(header, bytes)).toEqual({ from: asked[0], to: asked.at(-1)! + 1 });
    }),
  );
});

test.each([undefined, "", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,3-4", "items=1-2", "bytes=1e3-", "bytes=--1"])(
  "%j asks for the whole",
  (header) => {
    expect(readRange(header, 100)).toBeNull();
  },
);

test.each([
  ["a.png", "\x89PNG\r\n\x1a\nrest", "image/png", "image"],
  ["a.jpg", "\xff\xd8\xff\xe0", "image/jpeg", "image"],
  ["a.webp", "RIFF1234WEBPVP8 ", "image/webp", "image"],
  ["a.pdf", "%PDF-1.7", "application/pdf", null],
  ["a.docx", "PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", null],
  ["a.zip", "PK\x03\x04", "application/zip", null],
  ["a.svg", '<?xml version="1.0"?><svg xmlns="x">', "image/svg+xml", null],
  ["a.txt", "just words", "text/plain", "text"],
  ["a.csv", "a,b\n1,2", "text/csv", "text"],
  ["a.csv", "a,b\x00", "application/octet-stream", null],
  ["a.txt", "\xff\xfe", "application/octet-stream", null],
  ["a.txt", "<!DOCTYPE html><p>", "text/html", null],
  ["toString", "words", "text/plain", "text"],
  ["a.constructor", "words", "text/plain", "text"],
] as const)("%s beginning with %j is %s", (name, head, mediaType, preview) => {
  expect(sniffMediaType(Buffer.from(head, "latin1"), name)).toBe(mediaType);
  expect(previewOf(mediaType)).toBe(preview);
});

test("a character that the head cuts off is no reason to take a text for bytes", () => {
  expect(sniffMediaType(Buffer.from("größe").subarray(0, 3), "a.txt")).toBe("text/plain");
});

test("whatever bytes and name, what is shown in place is an image or plain text", () => {
  const inline = /^(?:image\/(?:png|jpeg|gif|webp|avif)|text\/plain; charset=utf-8)$/;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.string({ maxLength: 20 }), (head, name) => {
      const served = servedAs(sniffMediaType(head, name));
      if (served.inline) expect(served.contentType).toMatch(inline);
      expect(served.contentType).not.toMatch(/html|svg|xml(?!formats)|script/);
    }),
  );
});

test("preconditions are read as HTTP has them, and anything else is refused", () => {
  expect(readPreconditions('"3", "4"', undefined)).toEqual({ match: [3, 4], none: false });
  expect(readPreconditions("*", "*")).toEqual({ match: "any", none: true });
  for (const bad of ["3", 'W/"3"', '"x"', "", '"3",'])
    expect(() => readPreconditions(bad, undefined)).toThrow(AppError);
  expect(() => readPreconditions(undefined, '"3"')).toThrow(AppError);
  expect(() => checkPreconditions({ match: [3], none: false }, 4)).toThrow("version 4 now");
  expect(() => checkPreconditions({ match: [3], none: false }, null)).toThrow("no such file");
  expect(() => checkPreconditions({ match: null, none: true }, 1)).toThrow("already");
  expect(checkPreconditions({ match: [3], none: false }, 3)).toBeUndefined();
});

const PACE = { paceBytes: 100, paceMs: 1000, uploadMsMax: 10_000 };

/** What an upload comes to whose pieces of so many bytes come so many milliseconds apart. */
async function uploadOf(pieces: number, bytes: number, apartMs: number, workMs = 0): Promise<string> {
  const clock = fakeClock();
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < pieces; at++) {
      clock.advance(apartMs);
      yield noise(`${at}`, bytes);
    }
  };
  try {
    let arrived = 0;
    for await (const piece of keepPace(source(), clock, PACE)) {
      arrived += piece.length;
      clock.advance(workMs);
    }
    return `${arrived}`;
  } catch (error) {
    return error instanceof AppError ? error.code : "failed";
  }
}

test("an upload is held to its pace and to its time, by how long it is waited for", async () => {
  expect(await uploadOf(10, 100, 900)).toBe("1000");
  expect(await uploadOf(40, 100, 900)).toBe("request_timeout"); // too long in all
  expect(await uploadOf(20, 10, 150)).toBe("request_timeout"); // it drips
  expect(await uploadOf(5, 10, 10, 1500)).toBe("50"); // the store is slow, not the sender
});
