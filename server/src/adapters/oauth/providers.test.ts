/** What each provider is asked, and what its answers mean, as its documentation has them. */
import { expect, test } from "vitest";
import { CONNECTORS } from "../../connectors/catalogue.ts";
import type { EgressRequest } from "../../core/ports/egress.ts";
import type { OAuthCall } from "../../core/ports/oauth.ts";
import { createOAuth } from "./create-oauth.ts";

const CLIENT = { clientId: "1b2c-3d_4e.5f", clientSecret: "s3cr3t_x/y" };

function ask(connector: string, answer: unknown, status = 200) {
  const sent: EgressRequest[] = [];
  const oauth = createOAuth({
    note: () => undefined,
    egress: {
      request: async (request) => {
        sent.push(request);
        const body = Buffer.from(JSON.stringify(answer));
        return { kind: "answer", status, headers: [["content-type", "application/json"]], body, url: request.url };
      },
      abortAll: () => undefined,
      inFlight: () => 0,
      close: async () => undefined,
    },
  });
  const way = CONNECTORS.find(({ id }) => id === connector)?.authentication.find(({ kind }) => kind === "oauth2");
  if (way?.kind !== "oauth2") throw new Error(`${connector} has no OAuth`);
  const call: OAuthCall = {
    server: way,
    client: CLIENT,
    separator: way.scopeSeparator ?? " ",
    partition: "p",
    signal: new AbortController().signal,
  };
  const given = {
    code: "c0de",
    issuer: null,
    redirectUrl: "https://steward.example.com/oauth/callback",
    verifier: null,
  };
  return { oauth, call, given, sent };
}

const headerOf = ({ headers }: EgressRequest, name: string): string | undefined =>
  headers.find(([one]) => one.toLowerCase() === name)?.[1];

test("Notion is asked in JSON, with the client's id and secret as they are", async () => {
  const answer = {
    access_token: "ntn_1",
    token_type: "bearer",
    refresh_token: "nrt_1",
    bot_id: "b",
    workspace_id: "w",
    workspace_name: "Acme",
    owner: { type: "user" },
    duplicated_template_id: null,
    request_id: "r",
  };
  const { oauth, call, given, sent } = ask("notion", answer);
  expect(await oauth.exchangeCode(call, given)).toEqual({
    kind: "tokens",
    accessToken: "ntn_1",
    refreshToken: "nrt_1",
    expiresInMs: null,
    scopes: null,
  });
  expect(sent[0]).toMatchObject({ method: "POST", url: "https://api.notion.com/v1/oauth/token" });
  expect(headerOf(sent[0]!, "content-type")).toBe("application/json");
  expect(JSON.parse(String(sent[0]?.body))).toEqual({
    grant_type: "authorization_code",
    code: "c0de",
    redirect_uri: given.redirectUrl,
  });
  const [scheme, pair = ""] = headerOf(sent[0]!, "authorization")?.split(" ") ?? [];
  expect(scheme).toBe("Basic");
  expect(Buffer.from(pair, "base64").toString()).toBe("1b2c-3d_4e.5f:s3cr3t_x%2Fy");
  await oauth.refresh(call, "nrt_1");
  expect(JSON.parse(String(sent[1]?.body))).toEqual({ grant_type: "refresh_token", refresh_token: "nrt_1" });
});

test("GitHub is asked for JSON, and its refusals with 200 are refusals", async () => {
  const { oauth, call, given, sent } = ask("github", {
    error: "bad_verification_code",
    error_description: "The code passed is incorrect or expired.",
    error_uri: "https://docs.github.com/apps/…",
  });
  expect(await oauth.exchangeCode(call, given)).toMatchObject({ kind: "dead", code: "bad_verification_code" });
  expect(headerOf(sent[0]!, "accept")).toBe("application/json");
  expect(headerOf(sent[0]!, "content-type")).toMatch(/^application\/x-www-form-urlencoded/);
  expect(new URLSearchParams(String(sent[0]?.body)).get("client_secret")).toBe(CLIENT.clientSecret);
  const wrong = ask("github", { error: "incorrect_client_credentials" });
  expect(await wrong.oauth.exchangeCode(wrong.call, wrong.given)).toMatchObject({ kind: "client_refused" });
});

test("of Slack the bot's token is taken, which never ends by itself, and not the person's beside it", async () => {
  const { oauth, call, given } = ask("slack", {
    ok: true,
    access_token: "xoxb-17653672481",
    token_type: "bot",
    scope: "chat:write,channels:read",
    bot_user_id: "U0KRQLJ9H",
    app_id: "A0KRD7HC3",
    team: { name: "Acme", id: "T9TK3CUKW" },
    enterprise: null,
    authed_user: { id: "U1234", scope: "search:read", access_token: "xoxp-1234", token_type: "user" },
  });
  expect(await oauth.exchangeCode(call, given)).toEqual({
    kind: "tokens",
    accessToken: "xoxb-17653672481",
    refreshToken: null,
    expiresInMs: null,
    scopes: ["chat:write", "channels:read"],
  });
});

test("of Slack an answer with a person's token alone connects nothing: it would act as them", async () => {
  const { oauth, call, given } = ask("slack", {
    ok: true,
    app_id: "A0KRD7HC3",
    authed_user: { id: "U1234", scope: "search:read", access_token: "xoxp-1234", token_type: "user" },
  });
  expect((await oauth.exchangeCode(call, given)).kind).toBe("unavailable");
});

test("of Slack a rotated token has a life and a refresh token", async () => {
  const { oauth, call } = ask("slack", {
    ok: true,
    access_token: "xoxe.xoxb-1",
    refresh_token: "xoxe-1-2",
    expires_in: 43_200,
    token_type: "bot",
  });
  expect(await oauth.refresh(call, "xoxe-1-1")).toMatchObject({ refreshToken: "xoxe-1-2", expiresInMs: 43_200_000 });
});

test("Google is asked for a refresh token each time, and a grant that is over is dead", async () => {
  const way = CONNECTORS.find(({ id }) => id === "gmail")?.authentication[0];
  expect(way).toMatchObject({ parameters: { access_type: "offline", prompt: "consent" }, revokesAll: true });
  const { oauth, call } = ask("gmail", { error: "invalid_grant", error_description: "Token has been revoked." }, 400);
  expect(await oauth.refresh(call, "1//r")).toMatchObject({ kind: "dead", code: "invalid_grant" });
  const gone = ask("gmail", { error: "invalid_token", error_description: "Token expired or revoked" }, 400);
  expect(await gone.oauth.revoke(gone.call, "1//r", "refresh_token")).toEqual({ kind: "done" });
});
