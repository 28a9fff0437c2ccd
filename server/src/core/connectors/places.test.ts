import type { Connector, ConnectorCall } from "@steward/sdk";
import { expect, test } from "vitest";
import { CONNECTORS } from "../../connectors/catalogue.ts";
import { ALLOW_NOTHING, parseAllowList } from "../egress/allow-list.ts";
import { isElsewhere } from "./is-elsewhere.ts";
import { hostsOf, parsePlaces } from "./parse-places.ts";
import { placeConnector } from "./place-connector.ts";

function read(file: object, allow = "") {
  return parsePlaces(JSON.stringify(file), CONNECTORS, parseAllowList(allow));
}

function placed(id: string, place: object, allow = ""): Connector {
  const parsed = read({ [id]: place }, allow);
  if (!parsed.ok) throw new Error(parsed.message);
  return placeConnector(connectorOf(id), parsed.places.get(id)!);
}

function connectorOf(id: string): Connector {
  return CONNECTORS.find((one) => one.id === id)!;
}

function oauthOf(connector: Connector) {
  const way = connector.authentication.find(({ kind }) => kind === "oauth2");
  if (way?.kind !== "oauth2") throw new Error("no OAuth");
  return way;
}

function firstCall(connector: Connector, action: string, input: unknown): ConnectorCall {
  const turn = connector.actions[action]!.perform(input, "key").next();
  if (turn.done === true) throw new Error("it asks for nothing");
  return turn.value;
}

test("a GitHub Enterprise is reached for calls, consent, tokens and revocation by its base and one host", () => {
  const github = placed("github", {
    base: "https://github.example.com/api/v3/",
    hosts: { "github.com": "https://github.example.com" },
  });
  expect(github).toMatchObject({
    base: "https://github.example.com/api/v3",
    hosts: ["github.example.com"],
    placed: true,
  });
  expect(oauthOf(github)).toMatchObject({
    authorizationUrl: "https://github.example.com/login/oauth/authorize",
    tokenUrl: "https://github.example.com/login/oauth/access_token",
    deviceUrl: "https://github.example.com/login/device/code",
    revocation: { url: "https://github.example.com/api/v3/applications/{client_id}/token" },
  });
});

test("whole URLs that an action asks for go where their host has gone, and the answer comes back to it", () => {
  const at = "http://127.0.0.1:4010";
  const hosts = { "www.googleapis.com": at, "accounts.google.com": at, "oauth2.googleapis.com": `${at}/oauth2` };
  const gmail = placed("gmail", { base: at, hosts }, "127.0.0.1");
  const asked = gmail.whoami();
  expect(asked.next().value).toMatchObject({ url: `${at}/oauth2/v2/userinfo` });
  const body = { email: "ann@example.com" };
  expect(asked.next({ status: 200, headers: {}, body }).value).toMatchObject({ account: "ann@example.com" });
  expect(oauthOf(gmail)).toMatchObject({
    authorizationUrl: `${at}/o/oauth2/v2/auth`,
    tokenUrl: `${at}/oauth2/token`,
    revocationUrl: `${at}/oauth2/revoke`,
  });
  expect(gmail.hosts).toEqual(["127.0.0.1"]);
});

test("what else lies on the base's host goes below what the base went below", () => {
  const calendar = placed("google_calendar", { base: "https://proxy.example.com/google/calendar/v3" });
  expect(calendar.whoami().next().value).toMatchObject({
    url: "https://proxy.example.com/google/oauth2/v2/userinfo",
  });
  const whole = placed("google_calendar", { base: "https://proxy.example.com/own" });
  expect(whole.whoami().next().value).toMatchObject({ url: "https://proxy.example.com/oauth2/v2/userinfo" });
});

test("paths below the base stay as they are, and a host that is no one's stays too", () => {
  const twilio = placed("twilio", { base: "https://api.dublin.ie1.twilio.com" });
  const { input } = connectorOf("twilio").actions["send"]?.sample ?? { input: null };
  const before = input === null ? null : firstCall(connectorOf("twilio"), "send", input);
  if (before !== null) expect(firstCall(twilio, "send", input)).toEqual(before);
  expect(twilio.hosts).toEqual(["api.dublin.ie1.twilio.com"]);
});

test("addresses of their own win over the hosts, and null says that there is none", () => {
  const slack = placed("slack", {
    base: "https://slack.example.com/api",
    authorizationUrl: "https://login.example.com/oauth",
    revocationUrl: null,
  });
  const way = oauthOf(slack);
  expect(way.authorizationUrl).toBe("https://login.example.com/oauth");
  expect(way.tokenUrl).toBe("https://slack.example.com/api/oauth.v2.access");
  expect([way.revocationUrl, way.revocation]).toEqual([null, undefined]);
});

test("of every connector that can be placed, nothing is left at the provider's own hosts", () => {
  for (const connector of CONNECTORS.filter(({ ownAddress }) => ownAddress !== true)) {
    const at = "https://there.example.com";
    const hosts = Object.fromEntries([...hostsOf(connector)].map((host) => [host, at]));
    const there = placed(connector.id, { hosts });
    expect([connector.id, ...hostsOf(there)]).toEqual([connector.id, "there.example.com"]);
  }
});

test.each([
  [{ gmial: {} }, /gmial is no connector/],
  [{ smtp: { base: "https://a.example" } }, /brings an address/],
  [{ openai: { tokenUrl: "https://a.example" } }, /openai\.tokenUrl: OpenAI is not connected by OAuth 2/],
  [{ github: { base: "http://github.example.com" } }, /github\.base: .*is not https/],
  [{ github: { base: "http://127.0.0.1:3000" } }, /github\.base: .*STEWARD_EGRESS_ALLOW=127\.0\.0\.1:3000/],
  [{ github: { base: "http://localhost:3000" } }, /STEWARD_EGRESS_ALLOW=localhost:3000/],
  [{ github: { base: "https://10.0.0.1" } }, /STEWARD_EGRESS_ALLOW=10\.0\.0\.1:443/],
  [{ github: { base: "http://[::1]:80" } }, /STEWARD_EGRESS_ALLOW=\[::1\]:80/],
  [{ github: { base: "http://2130706433/" } }, /STEWARD_EGRESS_ALLOW=127\.0\.0\.1:80/],
  [{ github: { base: "https://u:p@github.example.com" } }, /user-info/],
  [{ github: { base: "https://github.example.com?x=1" } }, /without a query/],
  [{ github: { base: "github.example.com" } }, /github\.base/],
  [{ github: { tokenUrl: "ftp://github.example.com" } }, /github\.tokenUrl: .*ftp/],
  [
    { github: { hosts: { "gihub.com": "https://a.example" } } },
    /github\.hosts: .*no host gihub\.com; it has api\.github/,
  ],
  [{ github: { hosts: { "github.com": "http://a.example" } } }, /github\.hosts\.github\.com: .*not https/],
  [{ github: { place: "x" } }, /github/],
])("%j is refused in a sentence", (file, says) => {
  const parsed = read(file);
  expect(parsed).toMatchObject({ ok: false });
  expect(parsed.ok ? "" : parsed.message).toMatch(says);
});

test("http is for what the egress opens on this machine", () => {
  expect(read({ github: { base: "http://127.0.0.1:3000" } }, "127.0.0.1:3000").ok).toBe(true);
  expect(read({ github: { base: "http://localhost:3000" } }, "localhost").ok).toBe(true);
  expect(read({ github: { base: "http://10.0.0.1:3000" } }, "10.0.0.1").ok).toBe(false);
  expect(parsePlaces("{", CONNECTORS, ALLOW_NOTHING).ok).toBe(false);
});

test("a connection made at another place is told from one made here, and one with an address of its own is neither", () => {
  const github = { base: "https://github.example.com/api/v3" };
  expect(isElsewhere(github, { address: null, hosts: ["api.github.com"] })).toBe(true);
  expect(isElsewhere(github, { address: null, hosts: ["github.example.com"] })).toBe(false);
  expect(isElsewhere(github, { address: "https://other.example.com", hosts: ["other.example.com"] })).toBe(false);
  expect(isElsewhere({ base: "http://[::1]:3000" }, { address: null, hosts: ["::1"] })).toBe(false);
});
