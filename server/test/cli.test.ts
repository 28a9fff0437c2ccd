/** The binary through its main commands, each as a process of its own, against one running Steward. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, startUp, type Ended, type Env, type UpProcess } from "./steward-process.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "steward-cli-"));
const home = path.join(scratch, "home");
const env: Env = { STEWARD_HOME: home, STEWARD_PORT: "0", XDG_CONFIG_HOME: path.join(scratch, "config") };
let up: UpProcess;

const steward = (...args: string[]): Promise<Ended> => runCommand(args, env);
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { out } = await steward(...args, "--json");
  return JSON.parse(out) as Record<string, unknown>;
};

/** Writes a flow file and gives its path. */
function flowFile(name: string, text: string): string {
  const file = path.join(scratch, name);
  writeFileSync(file, text);
  return file;
}

const ORDER = flowFile(
  "order.flow.json",
  JSON.stringify({
    format: 1,
    name: "Order",
    triggers: [{ id: "in", kind: "webhook", reply: "step" }],
    steps: [
      { id: "shape", kind: "set", input: { n: "{{ trigger.body?.n ?? 1 }}" }, next: ["check"] },
      {
        id: "check",
        kind: "branch",
        input: { cases: [{ port: "bad", when: "{{ steps.shape.n < 0 }}" }] },
        next: { bad: ["refuse"], else: ["pause"] },
      },
      { id: "refuse", kind: "fail", input: { message: "n is {{ steps.shape.n }}" } },
      { id: "pause", kind: "wait", input: { event: "go" }, pinned: { by: "the pin" }, next: ["out"] },
      { id: "out", kind: "set", input: { n: "{{ steps.shape.n }}", by: "{{ steps.pause?.by }}" } },
    ],
  }),
);
const QUICK = flowFile(
  "quick.flow.yaml",
  'format: 1\nname: Quick\nsteps:\n  - id: sum\n    kind: set\n    input: { total: "{{ (trigger.body ?? []).length }}" }\n',
);

beforeAll(async () => {
  up = await startUp(env);
});

afterAll(async () => {
  await up.end("SIGTERM");
  rmSync(scratch, { recursive: true, force: true });
});

describe("steward up", () => {
  test("says where it answers, gives the first key once and keeps it for the command line", async () => {
    expect(up.link).toMatch(new RegExp(`^${up.address}/`));
    const file = path.join(home, "api-key");
    expect(readFileSync(file, "utf8").trim()).toBe(up.apiKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("a second one on the same home is refused, naming the first", async () => {
    const { code, err, out } = await steward("up");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      new RegExp(`^steward: Steward already runs as process \\d+ .*${up.address}.*STEWARD_HOME.*\n$`),
    );
  });

  test("ends in order at SIGTERM, and a later start prints one line that ends in the address", async () => {
    const own = { ...env, STEWARD_HOME: path.join(scratch, "own") };
    const first = await startUp(own);
    expect(await first.end("SIGTERM")).toBe(0);
    const second = await startUp({ ...own, STEWARD_PROT: "1" }, first.apiKey, []);
    expect(second.link).toMatch(new RegExp(`^${second.address}/`));
    expect((await second.client.me()).project.slug).toBe("default");
    expect(await second.end("SIGINT")).toBe(0);
    const slow = /^(?:starting|stopping)… \d+ s\n/gm; // said where it takes longer than two seconds
    expect(second.errors().replaceAll(slow, "")).toBe(
      "STEWARD_PROT is no setting of Steward: see the README for their names\n" +
        "stopping: what is in flight may finish; again to stop at once\nstopped\n",
    );
  });
});

test("steward link prints a link that signs a browser in once", async () => {
  const { code, out, err } = await steward("link");
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^works once, until /) });
  const enter = (): Promise<Response> => fetch(out.trim(), { redirect: "manual" });
  expect((await enter()).headers.get("set-cookie")).not.toBeNull();
  expect((await enter()).headers.get("set-cookie")).toBeNull();
});

describe("steward flow", () => {
  test("push shows each problem at its line and ends with 1; publish refuses", async () => {
    const file = flowFile(
      "broken.flow.json",
      '{\n "format": 1,\n "name": "Broken",\n "steps": [\n  { "id": "a", "kind": "sett" }\n ]\n}\n',
    );
    const pushed = await steward("flow", "push", file);
    expect(pushed.code).toBe(1);
    expect(pushed.out).toMatch(new RegExp(`^${file}:5: steps\\[0\\].*sett`));
    expect(pushed.err).toBe(
      `steward: the draft of broken is stored with 1 problem. Mend them, then: steward flow push ${file}\n`,
    );
    const published = await steward("flow", "publish", "broken");
    expect(published.code).toBe(1);
    expect(published.err).toContain("steward: ");
  });

  test("what is no flow file is refused with its places, and leaves the flow alone", async () => {
    const file = flowFile("nothing.flow.json", '{\n "format": 1,\n "name": "x",\n "stepps": []\n}\n');
    const { code, err } = await steward("flow", "push", file);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`${file}:4:\\d+: stepps: `));
    expect(err).toContain(`steward: ${file} is not a flow file, nothing is unchanged.`);
  });

  test("a pushed and published flow runs, and its output alone is on standard output", async () => {
    const pushed = await steward("flow", "push", QUICK, "--publish");
    expect(pushed).toMatchObject({ code: 0, out: "quick: version 1 published\n" });
    const run = await steward("flow", "run", "quick", "--input", "[1, 2, 3]", "--wait", "10");
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toEqual({ total: 3 });
    expect(run.err).toMatch(/^✓ completed run_\w{26} in \d+ ms\n$/);
    const piped = await runCommand(["flow", "run", "quick", "--input", "-", "--wait", "10", "--json"], env, "[1]");
    expect(JSON.parse(piped.out)).toMatchObject({ flow: "quick", status: "completed", output: { total: 1 } });
    expect(piped.err).toBe("");
  });

  test("the command test runs with the pinned outputs", async () => {
    const pushed = await steward("flow", "push", ORDER, "--publish");
    expect(pushed.out).toMatch(/^order: version 1 published\nwebhook in {2}http:\/\/\S+\/webhooks\/\S+\n$/);
    const tested = await steward("flow", "test", "order", "--input", '{"n": 7}', "--wait", "10");
    expect(tested).toMatchObject({
      code: 0,
      err: "pinned, not run: pause\nreally run: shape, check, refuse, out\n",
    });
    expect(tested.out).toMatch(/\npause +✓ done/);
    expect(tested.out).toContain('"by": "the pin"');
  });

  test("pull gives back what was pushed", async () => {
    const { out } = await steward("flow", "pull", "order");
    expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync(ORDER, "utf8")));
    expect(
      await steward("flow", "pull", "order", "--published", "1", "-o", path.join(scratch, "v1.json")),
    ).toMatchObject({
      code: 0,
    });
    expect(JSON.parse(readFileSync(path.join(scratch, "v1.json"), "utf8"))).toMatchObject({ name: "Order" });
  });

  test("pause, resume, delete and restore say what happened; a refusal names the next command", async () => {
    expect((await steward("flow", "pause", "quick")).out).toBe("quick: paused\n");
    const refused = await steward("flow", "run", "quick");
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(/^steward: .*"quick" is paused\. Next: steward flow resume quick\n$/);
    expect((await steward("flow", "list")).out).toMatch(/\nquick +1 +paused /);
    expect((await steward("flow", "resume", "quick")).code).toBe(0);
    expect((await steward("flow", "delete", "quick")).code).toBe(0);
    expect((await steward("flow", "run", "quick")).err).toMatch(/Next: steward flow list\n$/);
    expect((await steward("flow", "restore", "quick")).out).toBe("quick: restored\n");
  });
});

describe("steward run", () => {
  test("a run that fails ends the command with 4 and one line that says where and why", async () => {
    const { code, out, err } = await steward("flow", "run", "order", "--input", '{"n": -1}', "--wait", "10");
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toMatch(/\nsteward: (run_\w{26}) failed in step refuse: n is -1\. Next: steward run show \1\n$/);
  });

  test("show aligns the steps, and tells the error", async () => {
    const { items } = (await json("run", "list", "--flow", "order", "--status", "failed")) as {
      items: { id: string }[];
    };
    const { out } = await steward("run", "show", items[0]?.id ?? "");
    const lines = out.split("\n");
    const titles = lines.find((line) => line.startsWith("STEP")) ?? "";
    const row = lines.find((line) => line.startsWith("refuse")) ?? "";
    expect(row.indexOf("✗ failed")).toBe(titles.indexOf("STATE"));
    expect(out).toMatch(/\nerror {2}failed_on_purpose: n is -1\n/);
  });

  test("a waiting run ends a wait with 5, takes its event, and tail shows it to its end", async () => {
    const waited = await steward("flow", "run", "order", "--wait", "0.2");
    expect(waited).toMatchObject({ code: 5, out: "" });
    const id = /run_\w{26}/.exec(waited.err)?.[0] ?? "";
    const tail = steward("run", "tail", id);
    expect((await steward("run", "event", id, "go", '{"by": "a person"}')).out).toBe(`${id}: event go sent\n`);
    const { code, out } = await tail;
    expect(code).toBe(0);
    expect(out).toMatch(/out +✓ done/);
    expect(out).toContain(`"by": "a person"`);
    const again = await steward("run", "event", id, "go");
    expect(again.err).toMatch(new RegExp(`Next: steward run show ${id}\n$`));
  });

  test("what waits for an event says so with the next command: run, test, show, and the event nobody waits for", async () => {
    const file = flowFile(
      "asks.flow.json",
      '{"format": 1, "name": "Asks", "steps": [{"id": "ask", "kind": "wait", "input": {"event": "it is done"}}]}',
    );
    expect((await steward("flow", "push", file, "--publish")).code).toBe(0);
    const tested = await steward("flow", "test", "asks", "--wait", "60");
    expect(tested.code).toBe(5);
    const id = /run_\w{26}/.exec(tested.err)?.[0] ?? "";
    const stands = `${id} is waiting for the event "it is done" in step ask. Next: steward run event ${id} 'it is done' '<json>'\n`;
    expect(tested.err).toBe(`pinned, not run: none\nreally run: ask\nsteward: ${stands}`);
    expect((await steward("run", "show", id)).err).toBe(stands);
    const other = await steward("run", "event", id, "other");
    expect(other.out).toBe(`${id}: event other is kept until a step waits for it; none has so far\n`);
    expect((await steward("run", "event", id, "other", "{x")).err).toMatch(/: steward run event <run> <name> '\{/);
    expect((await steward("run", "event", id, "it is done")).out).toBe(`${id}: event it is done sent\n`);
  });

  test("a list of a flow that is not there says so", async () => {
    const { code, err } = await steward("run", "list", "--flow", "nope");
    expect(code).toBe(1);
    expect(err).toMatch(/^steward: there is no flow "nope".*Next: steward flow list\n$/);
  });

  test("cancel stops it; retry from a step begins a new one, whose id is all that is printed", async () => {
    const id = (await steward("flow", "run", "order")).out.trim();
    expect(id).toMatch(/^run_\w{26}$/);
    expect((await steward("run", "retry", id)).err).toMatch(new RegExp(`Next: steward run cancel ${id}\n$`));
    expect((await steward("run", "cancel", id)).code).toBe(0);
    const tail = await steward("run", "tail", id);
    expect(tail.code).toBe(4);
    const retried = await steward("run", "retry", id, "--from", "pause");
    expect(retried.out).toMatch(/^run_\w{26}\n$/);
    const shown = await json("run", "show", retried.out.trim());
    expect(shown).toMatchObject({
      retryOf: id,
      steps: expect.arrayContaining([expect.objectContaining({ step: "shape", copied: true })]),
    });
    const unknown = await steward("run", "retry", id, "--from", "nope");
    expect(unknown).toMatchObject({ code: 1, out: "" });
    expect(unknown.err).toMatch(/no step nope\. The steps to begin with are shape, check, refuse, pause, out\n$/);
    expect((await steward("run", "resolve", id, "--done", "--fail")).code).toBe(2);
    const finished = await steward("run", "resolve", id, "--repeat");
    expect(finished.err).toMatch(new RegExp(`has finished\\. Next: steward run show ${id}\n$`));
  });
});

describe("steward credential, variable and example", () => {
  test("a secret comes from a pipe and is never shown", async () => {
    const args = ["credential", "set", "shop", "--kind", "bearer", "--host", "shop.example.com"];
    const set = await runCommand(args, env, "s3cret-s3cret\n");
    expect(set).toMatchObject({ code: 0, out: "shop: bearer credential stored for shop.example.com\n" });
    const listed = await steward("credential", "list");
    expect(listed.out).toMatch(/\nshop +bearer .*shop\.example\.com\n$/);
    expect(set.out + set.err + listed.out).not.toContain("s3cret");
    expect((await runCommand(args, env, "")).code).toBe(2);
    expect((await steward("credential", "delete", "shop")).code).toBe(0);
  });

  test("a variable is JSON, or else a text", async () => {
    expect((await steward("variable", "set", "limit", "42")).out).toBe("limit = 42\n");
    expect((await steward("variable", "set", "greeting", "good day")).out).toBe('greeting = "good day"\n');
    expect((await steward("variable", "set", "code", "42", "--text")).out).toBe('code = "42"\n');
    expect(await json("variable", "list")).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: "limit", value: 42 })]),
    });
    expect((await steward("variable", "delete", "limit")).code).toBe(0);
  });

  test("publishing says what the flow still lacks", async () => {
    const input = {
      action: "gmail.send",
      connection: "post",
      arguments: { to: ["{{ vars.whom }}"], subject: "a", text: "b" },
    };
    const file = path.join(scratch, "lacking.json");
    writeFileSync(file, JSON.stringify({ format: 1, name: "Lacking", steps: [{ id: "send", kind: "action", input }] }));
    const pushed = await steward("flow", "push", file, "--publish");
    expect([pushed.code, pushed.out]).toEqual([0, "lacking: version 1 published\n"]);
    expect(pushed.err.split("\n")).toEqual([
      "the connection post is not there: steward connection create gmail post --for gmail.send",
      expect.stringContaining("steward grant give --to flow:lacking --connection post --action gmail.send"),
      "the variable whom is not set: steward variable set whom <value>",
      "",
    ]);
  });

  test("an example is added with its error flow, once", async () => {
    const added = await steward("example", "add", "flaky-service");
    expect(added.out).toBe("error-notice: version 1 published\nflaky-service: version 1 published\n");
    expect(added.err).toMatch(
      /^Needs the variable sinkUrl: .*\nthe variable sinkUrl is not set: steward variable set /,
    );
    expect(added.err).toMatch(/\nNext: steward flow run flaky-service --follow\n$/);
    const hook = await steward("example", "add", "github-push");
    expect(hook.err).toContain(
      "the credential github-webhook is not set: steward credential set github-webhook --kind",
    );
    expect(hook.err).toMatch(/\nNext: give the webhook's address to a repository on GitHub.*\n$/);
    const again = await steward("example", "add", "flaky-service");
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("Next: steward example add flaky-service --slug flaky-service-2");
  });
});

describe("which Steward, and what the exit codes say", () => {
  const elsewhere = (more: Env = {}): Env => ({
    STEWARD_HOME: path.join(scratch, "none"),
    XDG_CONFIG_HOME: path.join(scratch, "login"),
    ...more,
  });

  test("with none known it ends with 3 and says how to start one", async () => {
    const { code, err } = await runCommand(["flow", "list"], elsewhere());
    expect({ code, err }).toEqual({
      code: 3,
      err: "steward: no Steward runs here and none is known. Next: steward up\n",
    });
    const dead = await runCommand(
      ["flow", "list"],
      elsewhere({ STEWARD_URL: "http://127.0.0.1:1", STEWARD_API_KEY: "sk_x" }),
    );
    expect(dead.code).toBe(3);
  });

  test("login checks the key, keeps it for its address alone, readable by its user alone", async () => {
    const wrong = await runCommand(["login", up.address], elsewhere(), "sk_wrong\n");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/Next: steward login <address>\n$/);
    const login = await runCommand(["login", up.address], elsewhere(), `${up.apiKey}\n`);
    const file = path.join(scratch, "login", "steward", "credentials.json");
    expect(login).toMatchObject({
      code: 0,
      out: `Logged in to ${up.address}, project default; the key is kept in ${file}\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await runCommand(["flow", "list"], elsewhere())).code).toBe(0);
    const other = await runCommand(["flow", "list", "--url", "http://127.0.0.1:1"], elsewhere());
    expect(other).toMatchObject({
      code: 3,
      err: "steward: nothing answers at http://127.0.0.1:1. Check the address, or start it there: steward up\n",
    });
  });

  test("what is not understood ends with 2 and names the help of the command", async () => {
    const { code, err } = await steward("flow", "run", "--wat", "x");
    expect(code).toBe(2);
    expect(err).toMatch(/^steward: unknown option '--wat'.* Next: steward flow run --help\n$/);
    const asJson = JSON.parse((await steward("flow", "run", "order", "--input", "{", "--json")).err) as unknown;
    expect(asJson).toMatchObject({ error: { code: "usage", exit: 2, message: expect.stringContaining("not JSON") } });
    expect((await steward("--help")).out).toMatch(/^Usage: steward[\s\S]*Exit codes:/);
  });
});
