import { expect, test } from "vitest";
import { connectionState } from "./connection-state.ts";

test("a connection that was not reached, or whose test failed, is not shown as connected", () => {
  const shown = (errorCode: string | null) => connectionState({ status: "active", errorCode });
  expect(shown(null)).toEqual({ state: "done", label: "Connected" });
  expect(shown("provider_unavailable")).toEqual({ state: "in_doubt", label: "Not reached" });
  expect(shown("provider_refused")).toEqual({ state: "in_doubt", label: "Not working" });
  expect(connectionState({ status: "reauth_required", errorCode: "reauth_required" }).state).toBe("failed");
});
