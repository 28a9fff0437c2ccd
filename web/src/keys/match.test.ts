import { expect, it } from "vitest";
import { matched, type Press, type Shortcut } from "./match.ts";

const shortcut = (keys: string, label = keys): Shortcut => ({ keys, label, run: () => undefined });
const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  mod: false,
  alt: false,
  typing: false,
  ...more,
});
const all = [
  shortcut("j"),
  shortcut("escape", "first"),
  shortcut("g f"),
  shortcut("mod+k"),
  shortcut("escape", "last"),
];
const label = (key: string, more?: Partial<Press>, pending = "") =>
  matched(all, press(key, more), pending).shortcut?.label;

it("a key, a chord and a sequence are recognised", () => {
  expect(label("j")).toBe("j");
  expect(label("K", { mod: true })).toBe("mod+k");
  expect(matched(all, press("g"), "")).toEqual({ shortcut: null, pending: "g" });
  expect(label("f", {}, "g")).toBe("g f");
});

it("a sequence that goes elsewhere is given up, and the key still counts by itself", () => {
  expect(label("j", {}, "g")).toBe("j");
  expect(label("f")).toBeUndefined();
});

it("what was opened last is closed first", () => expect(label("Escape")).toBe("last"));

it("while typing only Esc and chords count", () => {
  expect(label("j", { typing: true })).toBeUndefined();
  expect(label("Escape", { typing: true })).toBe("last");
  expect(label("k", { typing: true, mod: true })).toBe("mod+k");
});
