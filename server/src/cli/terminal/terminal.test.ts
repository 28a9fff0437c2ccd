import { expect, test } from "vitest";
import { readAddress } from "./address.ts";
import { asCalled } from "./as-called.ts";
import { tableLines } from "./table.ts";
import { createTerminal, printable, type TextStream } from "./terminal.ts";
import { durationText } from "./words.ts";

const ESC = "\u001B";

function stream(isTTY: boolean): TextStream & { text: string } {
  const one = { isTTY, columns: 40, text: "", write: (text: string) => (one.text += text) };
  return one;
}

test("bytes go out as they are, and wait for a reader that is slow", async () => {
  const taken: Uint8Array[] = [];
  let drain = (): void => undefined;
  const slow = {
    write: (piece: string | Uint8Array) => typeof piece !== "string" && taken.push(piece) > 5,
    once: (_: "drain", act: () => void) => (drain = act),
  };
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Uint8Array.of(27, 255));
    yield Uint8Array.of(0);
  };
  const done = createTerminal(slow, stream(false), {}).bytes(pieces());
  for (const count of [1, 2]) {
    await expect.poll(() => taken.length).toBe(count);
    await new Promise(setImmediate); // were it not to wait, the next would have gone out
    expect(taken).toHaveLength(count);
    drain();
  }
  await done;
  expect(taken.map((one) => [...one])).toEqual([[27, 255], [0]]);
});

test("colours are for a person at a terminal, and not with NO_COLOR", () => {
  const paint = (isTTY: boolean, env: Record<string, string>): string =>
    createTerminal(stream(isTTY), stream(isTTY), env).paint("red", "x");
  expect(paint(true, {})).toBe(`${ESC}[31mx${ESC}[39m`);
  expect(paint(true, { NO_COLOR: "1" })).toBe("x");
  expect(paint(true, { TERM: "dumb" })).toBe("x");
  expect(paint(false, {})).toBe("x");
});

test("what a run says can't steer the terminal", () => {
  expect(printable(`a${ESC}[2Jb${ESC}]0;title\u0007`)).toBe("a\\u001b[2Jb\\u001b]0;title\\u0007");
  expect(printable("\u009B31mred\u202Etxt")).toBe("\\u009b31mred\\u202etxt");
  expect(printable(`${ESC}[8mhidden`)).toBe("\\u001b[8mhidden");
  expect(printable(`two\nlines\t${ESC}[31mours${ESC}[39m`)).toBe(`two\nlines\t${ESC}[31mours${ESC}[39m`);
});

test("what goes to a program is left as it is", () => {
  const out = stream(false);
  createTerminal(out, stream(false), {}).out('{"a":"\u007F"}');
  expect(out.text).toBe('{"a":"\u007F"}\n');
});

test("a passing line is taken away before the next", () => {
  const err = stream(true);
  const terminal = createTerminal(stream(true), err, {});
  terminal.status("working… 2 s");
  terminal.err("done");
  expect(err.text).toBe(`working… 2 s\r${ESC}[Kdone\n`);
  const plain = stream(false);
  createTerminal(plain, plain, {}).status("working…");
  expect(plain.text).toBe("");
});

test("tables are aligned by what is seen, and cut to the terminal", () => {
  const red = `${ESC}[31mfailed${ESC}[39m`;
  const rows = [
    ["a", red, "1 ms", "short"],
    ["longer", "ok", "100 ms", "a remark that is longer than there is room"],
  ];
  const titles = [{ title: "STEP" }, { title: "STATE" }, { title: "TOOK", right: true }, { title: "" }];
  expect(tableLines(titles, rows, 40)).toEqual([
    "STEP    STATE     TOOK",
    `a       ${red}    1 ms  short`,
    "longer  ok      100 ms  a remark that i…",
  ]);
  expect(tableLines(titles, rows, null)[2]).toContain("than there is room");
});

test("durations read as people say them", () => {
  const texts = [0, 12.4, 1234, 59_999, 61_000, 7_500_000].map(durationText);
  expect(texts).toEqual(["0 ms", "12 ms", "1.2 s", "60.0 s", "1 min 1 s", "2 h 5 min"]);
});

test("an address is http only on this machine unless it is spelled out", () => {
  expect(readAddress("127.0.0.1:7788")).toBe("http://127.0.0.1:7788");
  expect(readAddress("localhost:1")).toBe("http://localhost:1");
  expect(readAddress("steward.example.com")).toBe("https://steward.example.com");
  expect(readAddress("http://steward:7788/")).toBe("http://steward:7788");
  for (const bad of ["", "https://a@b", "https://b/path", "ftp://b", "https://b?x=1", "not an address"]) {
    expect(() => readAddress(bad)).toThrow(/is not the address of a Steward/);
  }
});

test("a hint is ready to copy: as npx where npx began the command", () => {
  const hint = "the key of Steward is over. Next: steward key list, or: npx steward link; see `steward key create`";
  expect(asCalled({ env: {} }, hint)).toBe(hint);
  expect(asCalled({ env: { npm_lifecycle_event: "npx", npm_lifecycle_script: "'vitest' 'run'" } }, hint)).toBe(hint);
  expect(asCalled({ env: { npm_lifecycle_event: "npx", npm_lifecycle_script: "'steward' 'link'" } }, hint)).toBe(
    "the key of Steward is over. Next: npx steward key list, or: npx steward link; see `npx steward key create`",
  );
});
