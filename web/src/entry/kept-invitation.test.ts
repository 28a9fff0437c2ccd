import { expect, test } from "vitest";
import { forgetInvitation, keepInvitation, keptInvitation } from "./kept-invitation.ts";

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
    key: () => null,
    get length() {
      return kept.size;
    },
  };
}

const invitation = { token: "t", email: "ada@a.test" };

test("an invitation is kept for seven days, until it is forgotten", () => {
  const storage = memory();
  expect(keptInvitation(storage, 0)).toBeUndefined();
  keepInvitation(storage, invitation, 1000);
  expect(keptInvitation(storage, 1000 + 86_400_000)).toEqual(invitation);
  forgetInvitation(storage);
  expect(keptInvitation(storage, 2000)).toBeUndefined();
  keepInvitation(storage, invitation, 1000);
  expect(keptInvitation(storage, 1000 + 7 * 86_400_000)).toBeUndefined();
  expect(storage.length).toBe(0);
});

test("what is no invitation is none", () => {
  for (const text of ["", "{", "null", "[]", '["t"]', '["t",1,2]', '{"token":"t"}']) {
    const storage = memory();
    storage.setItem("steward.invitation", text);
    expect(keptInvitation(storage, 0)).toBeUndefined();
  }
});
