import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { HOME_MARK, openHome } from "./home.ts";

const scratch = mkdtempSync(path.join(tmpdir(), `steward-test-${process.pid}-`));
afterAll(() => rmSync(scratch, { recursive: true }));
const isRoot = process.getuid?.() === 0;
const modeOf = (folder: string): number => statSync(folder).mode & 0o777;

describe("openHome", () => {
  test("makes the folder so that only its user reads it", () => {
    const home = openHome(path.join(scratch, "new"));
    expect(modeOf(home.folder)).toBe(isRoot ? 0o711 : 0o700);
    expect(home.file("a/b")).toBe(path.join(home.folder, "a", "b"));
  });

  test("leaves the mode of a folder with other things alone", () => {
    const folder = path.join(scratch, "foreign");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "thesis.txt"), "");
    chmodSync(folder, 0o750);
    openHome(folder);
    expect(modeOf(folder)).toBe(0o750);
  });

  test("gives an existing home its mode again", () => {
    const folder = path.join(scratch, "old");
    mkdirSync(folder);
    writeFileSync(path.join(folder, HOME_MARK), "");
    chmodSync(folder, 0o755);
    openHome(folder);
    expect(modeOf(folder)).toBe(isRoot ? 0o711 : 0o700);
  });

  test("refuses a path that is a file, naming it and what to do", () => {
    const file = path.join(scratch, "file");
    writeFileSync(file, "");
    expect(() => openHome(file)).toThrow(expect.objectContaining({ code: "start_refused" }));
    expect(() => openHome(file)).toThrow(new RegExp(`${file}.*STEWARD_HOME`));
  });
});
