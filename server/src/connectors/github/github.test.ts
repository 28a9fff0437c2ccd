/** GitHub's connector against emulate's GitHub, and against what its documentation says that emulate does not. */
import { ProviderError } from "@steward/sdk";
import { createEmulator } from "emulate";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { github } from "./connector.ts";

const closers: (() => Promise<unknown>)[] = [];
let provider: Provider;
let origin = "";
beforeAll(async () => {
  const server = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: { "ada-token": { login: "ada", scopes: ["repo", "admin:repo_hook"] } },
      github: {
        users: [{ login: "ada", name: "Ada Lovelace" }],
        repos: [{ owner: "ada", name: "engine", auto_init: true, default_branch: "main" }],
      },
    },
  });
  closers.push(() => server.close());
  origin = server.url;
  provider = asking(github, origin, "Bearer ada-token");
});
afterAll(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const repository = "ada/engine";

async function perform(name: string, input: object): Promise<Driven<Record<string, unknown>>> {
  const action = github.actions[name]!;
  const parsed = action.input.parse({ repository, ...input });
  const driven = await drive(github, action.perform(parsed, "key"), provider);
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven as Driven<Record<string, unknown>>;
}

async function failing(tried: Promise<unknown>): Promise<ProviderError["failure"]> {
  const error: unknown = await tried.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a failure of the provider, got ${String(error)}`);
  return error.failure;
}

test("an account is told by its login", async () => {
  const { output } = await drive(github, github.whoami(), provider);
  expect(output).toEqual({ account: "ada", label: "Ada Lovelace" });
});

test("an issue is opened, changed, commented on, closed and found again", async () => {
  const { output: made } = await perform("create_issue", { title: "Found a bug", body: "It loops." });
  expect(made).toMatchObject({ title: "Found a bug", state: "open", user: { login: "ada" } });
  const number = made["number"];
  await perform("update_issue", { number, title: "Found two bugs" });
  await perform("create_comment", { number, body: "Me too" });
  const { output: comments } = await perform("list_comments", { number });
  expect(comments).toMatchObject({ comments: [{ body: "Me too" }], next: null });
  await perform("close_issue", { number, reason: "not_planned" });
  const { output: read } = await perform("get_issue", { number });
  expect(read).toMatchObject({ title: "Found two bugs", state: "closed", state_reason: "not_planned", comments: 1 });
  const { output: closed } = await perform("list_issues", { state: "closed" });
  expect(closed).toMatchObject({ issues: [{ number }] });
});

test("pages are followed as far as asked, and go on from a cursor", async () => {
  for (const n of [1, 2, 3, 4, 5]) await perform("create_issue", { title: `Page ${n}` });
  const input = { sort: "created", direction: "asc", limit: 2 };
  const { output: two, calls } = await perform("list_issues", { ...input, pages: 2 });
  expect(calls).toHaveLength(2);
  const { output: rest } = await perform("list_issues", { ...input, pages: 10, cursor: two["next"] });
  expect(rest["next"]).toBeNull();
  const titles = [two, rest].flatMap((output) => (output["issues"] as { title: string }[]).map(({ title }) => title));
  expect(titles).toEqual([1, 2, 3, 4, 5].map((n) => `Page ${n}`));
});

test("a file is written once however often it is asked for, changed only as it was read, and deleted", async () => {
  const file = { path: "notes/one two.md", message: "Note", content: "Ä note" };
  const first = await perform("put_file", file);
  expect(first.output["commit"]).toMatchObject({ sha: expect.stringMatching(/^[0-9a-f]{40}$/) });
  const again = await perform("put_file", file);
  expect(again.output).toMatchObject({ commit: null, sha: first.output["sha"] });
  expect(again.calls.map(({ method }) => method)).toEqual(["GET"]);
  const { output: read } = await perform("get_file", { path: file.path });
  expect(read).toMatchObject({ encoding: "utf-8", content: "Ä note", sha: first.output["sha"] });

  expect((await failing(perform("get_file", { path: "notes" }))).kind).toBe("rejected");
  const stale = { ...file, content: "other", sha: "0".repeat(40) };
  expect((await failing(perform("put_file", stale))).kind).toBe("rejected");
  const bytes = { ...file, content: Buffer.from([0xff, 0, 0xfe]).toString("base64"), encoding: "base64" };
  await perform("put_file", { ...bytes, sha: first.output["sha"] });
  expect((await perform("get_file", { path: file.path })).output).toMatchObject({
    encoding: "base64",
    content: "/wD+",
  });

  expect((await perform("delete_file", { path: file.path, message: "Gone" })).output).toMatchObject({ deleted: true });
  expect((await perform("delete_file", { path: file.path, message: "Gone" })).output).toEqual({
    deleted: false,
    commit: null,
  });
  expect((await failing(perform("get_file", { path: file.path }))).kind).toBe("not_found");
});

test("a pull request is opened, commented on, merged, and merged again without an effect", async () => {
  const { object } = (await (
    await fetch(`${origin}/repos/ada/engine/git/ref/heads/main`, { headers: { authorization: "Bearer ada-token" } })
  ).json()) as { object: { sha: string } };
  const made = await fetch(`${origin}/repos/ada/engine/git/refs`, {
    method: "POST",
    headers: { authorization: "Bearer ada-token", "content-type": "application/json" },
    body: JSON.stringify({ ref: "refs/heads/basket", sha: object.sha }),
  });
  expect(made.status).toBe(201);
  await perform("put_file", { path: "basket.ts", message: "Basket", content: "one\ntwo\n", branch: "basket" });
  const { output: pull } = await perform("create_pull_request", { title: "Mend", head: "basket", base: "main" });
  const number = pull["number"];
  expect((await perform("list_pull_requests", {})).output).toMatchObject({
    pull_requests: [{ number, merged_at: null }],
  });
  await perform("create_review_comment", { number, body: "This leaks.", path: "basket.ts", line: 2 });
  expect((await perform("list_review_comments", { number })).output).toMatchObject({
    comments: [{ body: "This leaks.", path: "basket.ts", line: 2 }],
  });
  const merged = await perform("merge_pull_request", { number, merge_method: "squash" });
  expect(merged.output).toMatchObject({ merged: true, sha: expect.stringMatching(/^[0-9a-f]{40}$/) });
  const again = await perform("merge_pull_request", { number, merge_method: "squash" });
  expect(again.output).toMatchObject({ merged: true });
  expect(again.calls.map(({ method }) => method)).toEqual(["GET"]);
  expect((await perform("get_pull_request", { number })).output).toMatchObject({ merged: true, state: "closed" });
});

test("a release is made and listed", async () => {
  await perform("create_release", { tag_name: "v1.0.0", name: "One", body: "The first." });
  expect((await perform("list_releases", {})).output).toMatchObject({
    releases: [{ tag_name: "v1.0.0", name: "One" }],
  });
});

test("a hook is registered, delivers what happens, and is taken away", async () => {
  const delivered: { headers: Record<string, string>; body: unknown }[] = [];
  const sink = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      delivered.push({
        headers: request.headers as Record<string, string>,
        body: JSON.parse(Buffer.concat(parts).toString()),
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  closers.push(async () => await new Promise((resolve) => sink.close(resolve)));
  const trigger = github.triggers["issue"]!;
  if (trigger.kind !== "hook") throw new Error("no hook");
  const settings = trigger.settings.parse({ repository, actions: ["opened"] });
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/webhooks/whk_1`;
  const { output: kept } = await drive(github, trigger.register(settings, url, "a secret"), provider);

  const { output: issue } = await perform("create_issue", { title: "Delivered" });
  await perform("close_issue", { number: issue["number"] });
  await expect.poll(() => delivered.filter(({ headers }) => headers["x-github-event"] === "issues").length).toBe(2);
  const events = delivered.map(({ headers, body }) => trigger.read(settings, headers, body as never));
  expect(events.filter((event) => event !== null)).toEqual([
    {
      key: expect.stringMatching(/\S/),
      data: {
        event: "issues",
        action: "opened",
        payload: expect.objectContaining({ issue: expect.objectContaining({ title: "Delivered" }) }),
      },
    },
  ]);

  // Told twice, it knows its own address again.
  const { output: again } = await drive(github, trigger.register(settings, url, "a secret"), provider);
  expect(again).toEqual(kept);
  await drive(github, trigger.unregister(settings, kept, url), provider);
  await drive(github, trigger.unregister(settings, kept, url), provider);
  // Nobody knows whether it was registered: it is found by its address.
  await drive(github, trigger.register(settings, url, "a secret"), provider);
  await drive(github, trigger.unregister(settings, null, url), provider);
  await drive(github, trigger.unregister(settings, null, url), provider);
  const count = delivered.length;
  await perform("create_issue", { title: "Not delivered" });
  expect(delivered).toHaveLength(count);
});

test("what is missing is not found, and a dead token is told apart from a narrow one", async () => {
  expect(await failing(perform("get_issue", { number: 99_999 }))).toEqual({
    kind: "not_found",
    message: expect.stringContaining("Not Found"),
  });
  expect((await failing(perform("dispatch_workflow", { workflow: "none.yml", ref: "main" }))).kind).toBe("not_found");
  expect(github.failure(answer({ message: "Bad credentials" }, 401))?.kind).toBe("reauth_required");
  expect(github.failure(answer({ message: "Resource not accessible by personal access token" }, 403))?.kind).toBe(
    "not_available",
  );
  expect(
    github.failure(
      answer(
        { message: "Validation Failed", errors: [{ resource: "Release", code: "already_exists", field: "tag_name" }] },
        422,
      ),
    ),
  ).toEqual({ kind: "rejected", message: "Validation Failed; tag_name already_exists" });
});

test("each of GitHub's limits says when to come back", () => {
  const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1792567680" };
  const primary = { message: "API rate limit exceeded for user ID 1." };
  const secondary = {
    message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  };
  const kind = "rate_limited";
  expect(github.failure(answer(primary, 403, spent))).toMatchObject({ kind, retryAtSeconds: 1792567680 });
  expect(github.failure(answer(primary, 429, spent))).toMatchObject({ kind, retryAtSeconds: 1792567680 });
  expect(github.failure(answer(secondary, 403, { ...spent, "retry-after": "60" }))).toMatchObject({
    kind,
    retryAfterMs: 60_000,
  });
  expect(github.failure(answer(secondary, 403))).toMatchObject({ kind, retryAfterMs: 60_000 });
  expect(
    github.failure(answer({ message: "Forbidden" }, 403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }))
      ?.kind,
  ).toBe("not_available");
});

test("a workflow's start is told with the run where GitHub names it", async () => {
  const action = github.actions["dispatch_workflow"]!;
  const { output } = await drive(github, action.perform(action.sample.input, "key"), inTurn([answer("", 204)]));
  expect(output).toBeNull();
});

test("a delivery that the settings leave out, a ping, and one without an id start nothing", () => {
  const trigger = github.triggers["event"]!;
  if (trigger.kind !== "hook") throw new Error("no hook");
  const settings = trigger.settings.parse({ repository, events: ["star"], actions: ["created"] });
  const headers = { "x-github-event": "star", "x-github-delivery": "72d3162e" };
  expect(trigger.read(settings, headers, { action: "created" })?.key).toBe("72d3162e");
  expect(trigger.read(settings, headers, { action: "deleted" })).toBeNull();
  expect(
    trigger.read(settings, { ...headers, "x-github-event": "ping" }, { zen: "Keep it logically awesome." }),
  ).toBeNull();
  expect(trigger.read(settings, { "x-github-event": "star" }, { action: "created" })).toBeNull();
  expect(trigger.read(settings, headers, "text")).toBeNull();
});

test("a path of a file can't leave the repository's contents", () => {
  const { input } = github.actions["get_file"]!;
  for (const path of ["../../../user", "a/../b", "./a", "/a", "a//b", "a/", "..", ""])
    expect(input.safeParse({ repository, path }).success).toBe(false);
  for (const name of ["ada", "ada/engine/x", "../x", "ada/..%2f", "a da/x", "ada/x?y"])
    expect(input.safeParse({ repository: name, path: "a" }).success).toBe(false);
});
