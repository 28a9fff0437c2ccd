import { expect, it } from "vitest";
import { keyState } from "./key-state.ts";

const at = (ms: number) => new Date(ms).toISOString();

it("a key is over once it was revoked or has expired, and ending while its successor is beside it", () => {
  const later = at(60_000);
  expect(keyState({ revokedAt: null, expiresAt: null }, 10)).toBe("live");
  expect(keyState({ revokedAt: null, expiresAt: later }, 10)).toBe("live");
  expect(keyState({ revokedAt: null, expiresAt: at(10) }, 10)).toBe("over");
  expect(keyState({ revokedAt: later, expiresAt: null }, 10)).toBe("ending");
  expect(keyState({ revokedAt: at(10), expiresAt: later }, 10)).toBe("over");
});

it("a page whose clock is a moment behind sees at once what has just ended", () =>
  expect(keyState({ revokedAt: at(5000), expiresAt: null }, 10)).toBe("over"));
