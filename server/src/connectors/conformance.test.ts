/** What holds of every connector, whoever wrote it: the contract of `sdk/src/connector.ts`, driven with the providers' documented answers. */
import { type Connector, type ConnectorAnswer, path, ProviderError } from "@steward/sdk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CONNECTORS } from "./catalogue.ts";
import { addressOf, answer, drive, inTurn, isRead } from "./drive.testsuite.ts";
import { githubAnswers } from "./github/github.testsuite.ts";
import { gmailAnswers } from "./gmail/gmail.testsuite.ts";
import { googleCalendarAnswers } from "./google_calendar/google_calendar.testsuite.ts";
import { googleDocsAnswers } from "./google_docs/google_docs.testsuite.ts";
import { httpAnswers } from "./http/http.testsuite.ts";
import { anthropicAnswers, openaiAnswers, openaiCompatibleAnswers, openrouterAnswers } from "./models.testsuite.ts";
import { notionAnswers } from "./notion/notion.testsuite.ts";
import { slackAnswers } from "./slack/slack.testsuite.ts";
import { twilioAnswers } from "./twilio/twilio.testsuite.ts";

const ANSWERS: Readonly<Record<string, Readonly<Record<string, readonly ConnectorAnswer[]>>>> = {
  github: githubAnswers,
  slack: slackAnswers,
  gmail: gmailAnswers,
  google_calendar: googleCalendarAnswers,
  google_docs: googleDocsAnswers,
  notion: notionAnswers,
  openai: openaiAnswers,
  anthropic: anthropicAnswers,
  openrouter: openrouterAnswers,
  openai_compatible: openaiCompatibleAnswers,
  twilio: twilioAnswers,
  http: httpAnswers,
  postgres: { whoami: [] },
  smtp: { whoami: [] },
  imap: { whoami: [] },
};
const GARBAGE: readonly ConnectorAnswer["body"][] = ["<html>", "", null, [], {}, { ok: true }, 7, [null]];
const KEY = "run_0123456789.step-1_0";

function answersTo(connector: Connector, ...names: readonly string[]): readonly ConnectorAnswer[] {
  const found = names.map((name) => ANSWERS[connector.id]?.[name]).find((each) => each !== undefined);
  if (found === undefined) throw new Error(`no answers to ${connector.id} ${names.join(" or ")}`);
  return found;
}

test("the catalogue lists each connector once, under an id that can be written", () => {
  const ids = CONNECTORS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_]{0,30}$/);
});

describe.each(CONNECTORS.map((connector) => [connector.id, connector] as const))("%s", (_id, connector) => {
  const actions = Object.entries(connector.actions);
  const triggers = Object.entries(connector.triggers);
  // Actions of another protocol than HTTP ask for no calls: `gate/query-postgres.test.ts`, `gate/send-smtp.test.ts`.
  const byCalls = connector.protocol === undefined ? [connector.id] : [];

  test("says where it goes, by https alone", () => {
    expect(connector.base).toMatch(/^https:\/\/[a-z0-9.-]+(?:\/[A-Za-z0-9._/-]*[A-Za-z0-9])?$/);
    expect(connector.hosts).toContain(new URL(connector.base).host);
    for (const way of connector.authentication) {
      if (way.kind !== "oauth2") continue;
      for (const url of [way.authorizationUrl, way.tokenUrl, way.revocationUrl, way.deviceUrl, way.revocation?.url])
        if (url !== null && url !== undefined) expect(url).toMatch(/^https:\/\//);
      if (way.revocation !== undefined) expect(connector.hosts).toContain(new URL(way.revocation.url).host);
    }
  });

  test("is written for people: sentences, steps, what it was tried against", () => {
    for (const text of [connector.title, connector.summary, connector.triedAgainst]) expect(text).toMatch(/\S.{2}/);
    expect(connector.setUp.length).toBeGreaterThan(0);
    for (const [name, { title, summary }] of [...actions, ...triggers]) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9_]{0,62}$/);
      expect(title).toMatch(/^[A-Z]/);
      expect(summary).toMatch(/^[A-Z].*\.$/);
    }
  });

  test("explains every scope it asks for, and asks for every scope it explains", () => {
    const asked = [...actions, ...triggers].flatMap(([, { scopes }]) => [...scopes]);
    const identity = connector.authentication.flatMap((way) => (way.kind === "oauth2" ? [...way.identityScopes] : []));
    expect([...new Set([...asked, ...identity])].toSorted()).toEqual(Object.keys(connector.scopes).toSorted());
    for (const words of Object.values(connector.scopes)) expect(words).toMatch(/^[A-Z].{8}/);
  });

  test("writes every call's headers without breaks in them", () => {
    for (const [name, value] of Object.entries(connector.headers ?? {})) {
      expect(name).toMatch(/^[a-z0-9-]+$/);
      expect(value).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  describe.each(actions)("%s", (name, action) => {
    const schema = z.toJSONSchema(action.input, { io: "input" }) as {
      properties: Record<string, { description?: string }>;
      additionalProperties?: boolean;
      required?: string[];
    };

    test("takes a strict object, each field of it described", () => {
      expect(schema.additionalProperties).toBe(false);
      for (const [field, { description }] of Object.entries(schema.properties)) {
        expect(field).toMatch(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/);
        expect(description, `${name}.${field}`).toMatch(/\S/);
      }
      expect(z.toJSONSchema(action.output)).toBeTypeOf("object");
    });

    test("has a sample that passes its schemas as it stands", () => {
      expect(action.input.parse(action.sample.input)).toEqual(action.sample.input);
      expect(action.output.parse(action.sample.output)).toEqual(action.sample.output);
    });

    test("names destinations that its input has, and asks to be repeated only as it can be", () => {
      for (const field of action.destination) expect(Object.keys(schema.properties)).toContain(field);
      if (action.class === "read") expect(action.repeat).toBe("safe");
      if (action.repeat === "key") expect(connector.idempotencyHeader).toMatch(/^[a-z-]+$/);
    });

    test.each(byCalls)("asks for reads, then for at most one write, and gives the output it promised", async () => {
      const calls = action.perform(action.input.parse(action.sample.input), KEY);
      const { output, calls: made } = await drive(connector, calls, inTurn(answersTo(connector, name)));
      expect(action.output.parse(output)).toEqual(output);
      expect(JSON.parse(JSON.stringify(output))).toEqual(output);
      expect(made.every(isRead)).toBe(action.class === "read");
      for (const call of made)
        for (const value of Object.values(call.headers ?? {})) expect(value).toMatch(/^[\x20-\x7e]+$/);
    });

    test.each(byCalls)("asks for the same calls when it is performed again", async () => {
      const once = async (): Promise<unknown> =>
        (await drive(connector, action.perform(action.sample.input, KEY), inTurn(answersTo(connector, name)))).calls;
      expect(await once()).toEqual(await once());
    });

    test.each(byCalls)("says so when the provider answers garbage, at whichever call", async () => {
      const answers = answersTo(connector, name);
      for (const garbage of GARBAGE)
        for (const at of answers.keys()) {
          const tried = drive(
            connector,
            action.perform(action.sample.input, KEY),
            inTurn([...answers.slice(0, at), answer(garbage), ...answers.slice(at + 1)]),
          );
          const error: unknown = await tried.then(
            ({ output }) => action.output.parse(output) && null,
            (thrown: unknown) => thrown,
          );
          if (error !== null) expect(error).toBeInstanceOf(ProviderError);
        }
    });

    test.each(byCalls)("stays on its own paths, whatever the texts of its input say", () => {
      const hostile = fc.oneof(
        fc.constantFrom(
          "..",
          ".",
          "../../admin",
          "a/../..",
          "%2e%2e",
          "//evil.example",
          "x?y=1#z",
          "{user}",
          "a\r\nb: c",
          "\\\\evil",
          "@evil.example",
          "https://evil.example/",
        ),
        fc.string({ unit: "binary", maxLength: 30 }),
      );
      const texts = Object.entries(action.sample.input as Record<string, unknown>).filter(
        ([, value]) => typeof value === "string",
      );
      if (texts.length === 0) return;
      const first = (input: unknown): URL | null => {
        const turn = action.perform(input, KEY).next();
        return turn.done === true ? null : addressOf(connector, { ...turn.value, query: {} });
      };
      const usual = first(action.sample.input);
      fc.assert(
        fc.property(fc.constantFrom(...texts.map(([field]) => field)), hostile, (field, text) => {
          const input = { ...(action.sample.input as object), [field]: text };
          let url: URL | null;
          try {
            url = first(input);
          } catch (error) {
            // A refusal is a good answer; leaving the connector's hosts is none.
            expect(String(error)).not.toMatch(/may not reach|is read as another path|holds what no address does/);
            return;
          }
          expect(url?.origin).toBe(usual?.origin);
          expect(url?.search).toBe(usual?.search);
          expect(url?.hash).toBe("");
          expect(url?.username).toBe("");
        }),
        { numRuns: 60 },
      );
    });
  });

  describe.each(triggers)("trigger %s", (name, trigger) => {
    test("has a name that no action has: both are granted by it", () => {
      expect(Object.keys(connector.actions)).not.toContain(name);
    });

    test("takes strict settings, each of them described", () => {
      const schema = z.toJSONSchema(trigger.settings, { io: "input" }) as {
        properties: Record<string, { description?: string }>;
        additionalProperties?: boolean;
      };
      expect(schema.additionalProperties).toBe(false);
      for (const { description } of Object.values(schema.properties)) expect(description).toMatch(/\S/);
    });

    test("registers at the provider and takes it back, or says how a person does", async () => {
      if (trigger.kind !== "hook") return;
      const settings = settingsOf(connector, name);
      const url = "https://steward.example/webhooks/whk_1";
      const registering = trigger.register(settings, url, "a secret");
      if (trigger.byHand !== undefined) {
        expect(trigger.byHand.length).toBeGreaterThan(0);
        expect(registering.next()).toEqual({ done: true, value: null });
        expect(trigger.unregister(settings, null, url).next()).toEqual({ done: true, value: null });
        return;
      }
      const registered = await drive(
        connector,
        registering,
        inTurn(answersTo(connector, `${name}.register`, "*.register")),
      );
      expect(JSON.stringify(registered.calls.at(-1))).toContain(url);
      const taken = trigger.unregister(settings, registered.output, url);
      await drive(connector, taken, inTurn(answersTo(connector, `${name}.unregister`, "*.unregister")));
    });

    test("starts nothing at first, then gives events that are named for ever", async () => {
      if (trigger.kind !== "poll" || byCalls.length === 0) return;
      expect(trigger.everySeconds.default).toBeGreaterThanOrEqual(trigger.everySeconds.min);
      const settings = settingsOf(connector, name);
      const first = await drive(connector, trigger.poll(settings, null), inTurn(answersTo(connector, `${name}.first`)));
      expect(first.calls.every(isRead)).toBe(true);
      expect(first.output.events).toEqual([]);
      const cursor: unknown = JSON.parse(JSON.stringify(first.output.cursor));
      const poll = async () =>
        await drive(connector, trigger.poll(settings, cursor as never), inTurn(answersTo(connector, `${name}.next`)));
      const next = await poll();
      expect(next.output.events.length).toBeGreaterThan(0);
      expect(next.output.events.length).toBeLessThanOrEqual(100);
      expect(next.calls.every(isRead)).toBe(true);
      expect(await poll()).toEqual(next);
      expect(Object.keys(next.output.events[0]?.data as object).toSorted()).toEqual(
        Object.keys(trigger.sample as object).toSorted(),
      );
    });
  });

  test("tells whose account it is", async () => {
    const { output } = await drive(connector, connector.whoami(), inTurn(answersTo(connector, "whoami")));
    expect(output.account).toMatch(/\S/);
    expect(output.label).toMatch(/\S/);
  });

  test.each([
    [401, "reauth_required"],
    [403, "not_available"],
    [404, "not_found"],
    [409, "rejected"],
    [422, "rejected"],
    [429, "rate_limited"],
    [500, "unavailable"],
    [503, "unavailable"],
  ] as const)("knows what the status %i means, whatever the body is", (status, kind) => {
    for (const body of ["", "<html>Oops</html>", null, {}, [], { message: 7, error: [], code: {} }])
      expect(connector.failure(answer(body, status))).toMatchObject({ kind });
  });

  test("waits as long as the provider asks for", () => {
    const later = connector.failure(answer("", 429, { "retry-after": "30" }));
    expect(later).toMatchObject({ kind: "rate_limited", retryAfterMs: 30_000 });
    const dated = connector.failure(answer("", 503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }));
    expect(dated).toMatchObject({ kind: "unavailable", retryAtSeconds: 1792567680 });
  });

  test("passes on what the provider says on one line, and not too much of it", () => {
    const long = "word\r\n".repeat(5000);
    const failure = connector.failure(answer({ message: long, error: { message: long } }, 400));
    expect(failure?.message.length).toBeLessThanOrEqual(300);
    expect(failure?.message).not.toMatch(/[\r\n]/);
  });
});

/** Settings of a trigger that pass its schema. */
function settingsOf(connector: Connector, name: string): unknown {
  const settings: Readonly<Record<string, unknown>> = {
    github: { repository: "acme/shop", ...(name === "event" ? { events: ["star"] } : {}) },
    slack: {},
    gmail: {},
    google_calendar: {},
    twilio: { to: "+15017122661" },
    notion: { data_source_id: "1a44be12-0953-4631-b498-9e5817518db8" },
  };
  return connector.triggers[name]?.settings.parse(settings[connector.id]);
}

test("a part of a path can't be two, nor climb, nor be nothing", () => {
  const segments = (part: string): string[] =>
    new URL(`https://api.example/a${path`/${part}/end`}`).pathname.split("/");
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 3 }), (part) => {
      const url = new URL(`https://api.example/a${path`/${part}/end`}`);
      expect(url.pathname.split("/")).toEqual(["", "a", expect.stringMatching(/./), "end"]);
      expect(url.search + url.hash).toBe("");
    }),
  );
  for (const part of ["%2e%2e", "%2e", "a/b", "?", "#", "{user}", "\ud800", "...", " "])
    expect(segments(part)).toHaveLength(4);
  for (const part of ["", ".", ".."]) expect(() => path`/${part}/end`).toThrow(ProviderError);
});
