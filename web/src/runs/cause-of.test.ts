import { expect, test } from "vitest";
import { causeOf } from "./cause-of.ts";

test("what ended a run leads to the receipt before the grant, and to nothing where nothing is named", () => {
  expect(causeOf({ receipt: "rev_1", connection: "office" })).toEqual({
    to: { to: "/connections/receipts", search: { open: "rev_1" } },
    label: "Open the receipt",
  });
  expect(causeOf({ grant: "grt_1", connection: "office" })?.to).toEqual({
    to: "/grants",
    search: { ended: true, grant: "grt_1" },
  });
  expect(causeOf({ connection: "office" })?.label).toBe("Open the connection");
  expect([causeOf(null), causeOf({ grant: 5 }), causeOf("grt_1")]).toEqual([null, null, null]);
});
