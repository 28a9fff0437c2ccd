import { expect, it } from "vitest";
import { deviceWords } from "./device-words.ts";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0`, "Edge on Windows"],
  [`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/130.0 Mobile Safari/537.36`, "Chrome on Android"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile/15E Safari/604.1",
    "Safari on iPhone",
  ],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} HeadlessChrome/130.0 Safari/537.36`, "Chrome on Mac"],
  ["steward-cli/0.2 node", "steward-cli"],
  ["curl/8.9.1", "curl"],
  ["Mozilla/5.0", "Unknown device"],
  ["Mozilla/5.0 (X11; Linux x86_64)", "Linux"],
  ["<script>", "Unknown device"],
  ["", "Unknown device"],
  [null, "Unknown device"],
])("%s is read as %s", (userAgent, words) => expect(deviceWords(userAgent)).toBe(words));

it("a program's own name is not taken longer than a row holds", () =>
  expect(deviceWords(`${"a".repeat(500)}/1`)).toHaveLength(40));
