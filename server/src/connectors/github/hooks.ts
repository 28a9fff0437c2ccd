import type { Calls, HookTrigger } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { Repository, repositoryPath } from "./repository.ts";

type Json = z.core.util.JSONType;

/** What a delivery holds beside the event itself; what GitHub adds is kept. */
const Delivery = z.looseObject({ action: z.string().optional() });
const Hook = z.object({ id: z.int() });
const Hooks = z.array(z.object({ id: z.int(), config: z.object({ url: z.string().optional() }) }));
const Kept = z.object({ hook: z.int() });
/** GitHub keeps up to 20 hooks an event for a repository: of pages of 100. */
const PAGES_MAX = 10;

const Actions = z
  .array(z.string().regex(/^[a-z_]{1,50}$/, "use an action such as opened"))
  .max(30)
  .default([])
  .describe("Only these actions, such as opened; all when empty.");
const EVENT = z.string().regex(/^[a-z_]{1,50}$/, "use an event such as issues");

interface Settings {
  readonly repository: string;
  readonly actions: string[];
  readonly events?: string[] | undefined;
}

interface HookOptions {
  readonly title: string;
  readonly summary: string;
  /** Null: the settings name them. */
  readonly events: readonly string[] | null;
  readonly sample: Json;
}

/** The hook that tells this address; null where there is none. */
function* findHook(repository: string, url: string): Calls<number | null> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const query = { per_page: 100, page };
    const hooks = readBody(Hooks, yield { method: "GET", url: `${repositoryPath(repository)}/hooks`, query });
    const own = hooks.find(({ config }) => config.url === url);
    if (own !== undefined) return own.id;
    if (hooks.length < 100) break;
  }
  return null;
}

/** A trigger whose hook GitHub keeps for the repository, and that is taken away again. */
function hook({ title, summary, events, sample }: HookOptions): HookTrigger<Settings> {
  const common = { repository: Repository, actions: Actions };
  const eventsOf = (settings: Settings): readonly string[] => events ?? settings.events ?? [];
  return {
    kind: "hook",
    title,
    summary,
    settings: z.strictObject(
      events === null ? { ...common, events: z.array(EVENT).min(1).max(30).describe("GitHub's events.") } : common,
    ),
    scopes: ["admin:repo_hook"],
    sample,
    signature: "github",
    *register(settings, url, secret) {
      const body = {
        name: "web",
        active: true,
        events: [...eventsOf(settings)],
        config: { url, content_type: "json", secret, insecure_ssl: "0" },
      };
      const hooks = `${repositoryPath(settings.repository)}/hooks`;
      const own = yield* findHook(settings.repository, url);
      const answer =
        own === null
          ? yield { method: "POST", url: hooks, body }
          : yield {
              method: "PATCH",
              url: `${hooks}/${own}`,
              body: { active: true, events: body.events, config: body.config },
            };
      return { hook: readBody(Hook, answer).id };
    },
    *unregister(settings, kept, url) {
      const id = kept === null ? yield* findHook(settings.repository, url) : Kept.parse(kept).hook;
      if (id === null) return null;
      yield { method: "DELETE", url: `${repositoryPath(settings.repository)}/hooks/${id}`, accepts: [404] };
      return null;
    },
    read(settings, headers, body) {
      const event = headers["x-github-event"] ?? "";
      // Its redelivery has the same id. It is not signed: the gate tells deliveries apart by their bodies.
      const key = headers["x-github-delivery"];
      const delivery = Delivery.safeParse(body);
      if (key === undefined || !eventsOf(settings).includes(event) || !delivery.success) return null;
      const action = delivery.data.action ?? null;
      if (settings.actions.length > 0 && !settings.actions.includes(action ?? "")) return null;
      return { key, data: { event, action, payload: body } };
    },
  };
}

const REPOSITORY = { full_name: "acme/shop" };
const SENDER = { login: "ada" };

export const hookTriggers = {
  issue: hook({
    title: "Issue changed",
    summary: "When an issue is opened, edited, labelled, closed and so on.",
    events: ["issues"],
    sample: {
      event: "issues",
      action: "opened",
      payload: {
        action: "opened",
        issue: { number: 1347, title: "Found a bug" },
        repository: REPOSITORY,
        sender: SENDER,
      },
    },
  }),
  comment: hook({
    title: "Comment on an issue",
    summary: "When somebody comments on an issue or a pull request.",
    events: ["issue_comment"],
    sample: {
      event: "issue_comment",
      action: "created",
      payload: {
        action: "created",
        issue: { number: 1347 },
        comment: { id: 1, body: "Me too" },
        repository: REPOSITORY,
        sender: SENDER,
      },
    },
  }),
  pull_request: hook({
    title: "Pull request changed",
    summary: "When a pull request is opened, changed, merged and so on.",
    events: ["pull_request"],
    sample: {
      event: "pull_request",
      action: "opened",
      payload: {
        action: "opened",
        number: 42,
        pull_request: { number: 42, title: "Mend the basket" },
        repository: REPOSITORY,
        sender: SENDER,
      },
    },
  }),
  push: hook({
    title: "Push",
    summary: "When commits are pushed.",
    events: ["push"],
    sample: {
      event: "push",
      action: null,
      payload: { ref: "refs/heads/main", commits: [{ message: "Say hello" }], repository: REPOSITORY, sender: SENDER },
    },
  }),
  release: hook({
    title: "Release",
    summary: "When a release is published or changed.",
    events: ["release"],
    sample: {
      event: "release",
      action: "published",
      payload: { action: "published", release: { tag_name: "v1.0.0" }, repository: REPOSITORY, sender: SENDER },
    },
  }),
  event: hook({
    title: "Any event",
    summary: "When any of the events that you name happens in the repository.",
    events: null,
    sample: {
      event: "star",
      action: "created",
      payload: { action: "created", repository: REPOSITORY, sender: SENDER },
    },
  }),
};
