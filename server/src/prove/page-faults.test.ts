import { expect, test } from "vitest";
import { faultsOfPage, pathsFrom } from "./page-faults.ts";

const ORIGIN = "https://steward.example";
const POLICY = "default-src 'none'; script-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

function answer(text: string, headers: Readonly<Record<string, string>> = {}) {
  const own = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY, ...headers };
  return { status: 200, headers: new Headers(own), text };
}

test("a page that loads from its own origin has no faults", () => {
  const page = answer(
    `<link rel="icon" href="/icon.svg"><script src='/before.js'></script><img src="data:image/png;base64,AA=="><a href="https://elsewhere.example">a link is no load</a>`,
  );
  expect(faultsOfPage("/", page, ORIGIN)).toEqual([]);
  expect(pathsFrom("/", page, ORIGIN)).toEqual(["/icon.svg", "/before.js"]);
});

test.each([
  ['<script src="https://cdn.example/a.js"></script>', "cdn.example"],
  ["<script async src=//cdn.example/a.js></script>", "cdn.example"],
  ['<img width="1" src="https://pixel.example/p.gif">', "pixel.example"],
  ['<link rel="preconnect" href="https://fonts.example">', "fonts.example"],
  ["<iframe src='https://frame.example/'></iframe>", "frame.example"],
  ['<form action="https://form.example/"></form>', "form.example"],
  ['<p style="background: url(https://style.example/x.png)">', "style.example"],
])("%s is a load from another origin", (markup, host) => {
  expect(faultsOfPage("/", answer(markup), ORIGIN)).toEqual([`/ loads from ${host}`]);
});

test("styles that load fonts or other styles from elsewhere are found", () => {
  const css = (text: string) => answer(text, { "content-type": "text/css" });
  expect(faultsOfPage("/a.css", css("@font-face { src: url('https://fonts.example/f.woff2') }"), ORIGIN)).toHaveLength(
    1,
  );
  expect(faultsOfPage("/a.css", css('@import "//styles.example/a.css";'), ORIGIN)).toHaveLength(1);
  expect(faultsOfPage("/assets/a.css", css("a { background: url(./b.svg) }"), ORIGIN)).toEqual([]);
});

test("an inline script, a cookie, a missing policy and one that lets others in are faults", () => {
  expect(faultsOfPage("/", answer("<script>track()</script>"), ORIGIN)).toEqual(["/ holds a script of its own"]);
  expect(faultsOfPage("/", answer("", { "set-cookie": "id=1" }), ORIGIN)).toHaveLength(1);
  const lax = { "content-security-policy": "default-src 'none'; script-src 'self' https://cdn.example; connect-src *" };
  expect(faultsOfPage("/", answer("", lax), ORIGIN)).toEqual([
    "the policy of / lets script-src use https://cdn.example",
    "the policy of / lets connect-src use *",
  ]);
  const none = { status: 200, headers: new Headers({ "content-type": "text/html" }), text: "" };
  expect(faultsOfPage("/", none, ORIGIN)).toEqual(["/ comes without a content security policy"]);
});

test("the chunks that a script may load later are looked at too", () => {
  const script = answer('import("./Page-B6yYZpaW.js"); const more = ["assets/index-CNluyj_0.css"];', {
    "content-type": "text/javascript",
  });
  expect(pathsFrom("/assets/index.js", script, ORIGIN)).toEqual([
    "/assets/Page-B6yYZpaW.js",
    "/assets/index-CNluyj_0.css",
  ]);
});
