import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { nextCursor, ThreadNumber, pageQuery, Person, Repository, repositoryPath } from "./repository.ts";

const Branch = z.object({ ref: z.string(), sha: z.string() });
const PullRequest = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullable(),
  state: z.string(),
  draft: z.boolean().optional(),
  html_url: z.string(),
  user: Person,
  head: Branch,
  base: Branch,
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  merged_at: z.string().nullable(),
  merge_commit_sha: z.string().nullable().optional(),
});
/** What only one pull request, not a list, tells. */
const Detailed = PullRequest.extend({ merged: z.boolean(), mergeable: z.boolean().nullable().optional() });

const LISTED: z.output<typeof PullRequest> = {
  number: 42,
  title: "Mend the basket",
  body: "It lost its handle.",
  state: "open",
  draft: false,
  html_url: "https://github.com/acme/shop/pull/42",
  user: { login: "ada", html_url: "https://github.com/ada" },
  head: { ref: "basket", sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e" },
  base: { ref: "main", sha: "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c" },
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
  closed_at: null,
  merged_at: null,
  merge_commit_sha: null,
};
const SAMPLE: z.output<typeof Detailed> = { ...LISTED, merged: false, mergeable: true };

const number = ThreadNumber.describe("The pull request's number.");
const Sha = z.string().regex(/^[0-9a-f]{40}$/, "use a commit's 40 digits");
const Ref = z.string().min(1).max(250);

const listPullRequests = defineAction({
  title: "List pull requests",
  summary: "Lists a repository's pull requests, newest first.",
  class: "read",
  input: z.strictObject({
    repository: Repository,
    state: z.enum(["open", "closed", "all"]).default("open").describe("Which of them."),
    head: Ref.optional().describe("Those from this branch, as owner:branch."),
    base: Ref.optional().describe("Those into this branch."),
    sort: z
      .enum(["created", "updated", "popularity", "long-running"])
      .default("created")
      .describe("By what they are sorted."),
    direction: z.enum(["asc", "desc"]).default("desc").describe("Ascending or descending."),
    ...pageFields(30, 100),
  }),
  output: z.object({ pull_requests: z.array(PullRequest), ...nextField }),
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", state: "open", sort: "created", direction: "desc", limit: 30, pages: 1 },
    output: { pull_requests: [LISTED], next: null },
  },
  *perform(input) {
    const { repository, limit, pages: _, cursor: __, ...filter } = input;
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: `${repositoryPath(repository)}/pulls`,
        query: { ...filter, per_page: limit, ...pageQuery(cursor) },
      };
      return { items: readBody(z.array(PullRequest), answer), next: nextCursor(answer) };
    });
    return { pull_requests: items, next };
  },
});

const getPullRequest = defineAction({
  title: "Read a pull request",
  summary: "Reads one pull request, and whether it can be merged.",
  class: "read",
  input: z.strictObject({ repository: Repository, number }),
  output: Detailed,
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: { input: { repository: "acme/shop", number: 42 }, output: SAMPLE },
  *perform({ repository, number: pull }) {
    return readBody(Detailed, yield { method: "GET", url: `${repositoryPath(repository)}/pulls/${pull}` });
  },
});

const createPullRequest = defineAction({
  title: "Create a pull request",
  summary: "Asks to merge a branch into another.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    title: z.string().min(1).max(256).describe("One line."),
    head: Ref.describe("The branch with the changes; owner:branch for one in a fork."),
    base: Ref.describe("The branch that they are for."),
    body: z.string().max(65_536).optional().describe("Markdown."),
    draft: z.boolean().default(false).describe("Not yet ready to be looked at."),
    maintainer_can_modify: z
      .boolean()
      .default(true)
      .describe("Whether those who maintain the repository may change it."),
  }),
  output: Detailed,
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: {
    input: {
      repository: "acme/shop",
      title: "Mend the basket",
      head: "basket",
      base: "main",
      draft: false,
      maintainer_can_modify: true,
    },
    output: SAMPLE,
  },
  *perform({ repository, ...fields }) {
    const url = `${repositoryPath(repository)}/pulls`;
    return readBody(Detailed, yield { method: "POST", url, body: given(fields) });
  },
});

const Merged = z.object({ sha: z.string().nullable(), merged: z.boolean(), message: z.string() });

const mergePullRequest = defineAction({
  title: "Merge a pull request",
  summary: "Merges a pull request; one that is merged already stays as it is.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    number,
    merge_method: z.enum(["merge", "squash", "rebase"]).default("merge").describe("How."),
    sha: Sha.optional().describe("Only if this is the newest commit of the branch."),
    commit_title: z.string().min(1).max(256).optional().describe("The merge commit's first line."),
    commit_message: z.string().max(65_536).optional().describe("What follows it."),
  }),
  output: Merged,
  scopes: ["repo"],
  repeat: "safe",
  destination: ["repository"],
  sample: {
    input: { repository: "acme/shop", number: 42, merge_method: "merge" },
    output: {
      sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e",
      merged: true,
      message: "Pull Request successfully merged",
    },
  },
  *perform({ repository, number: pull, ...fields }) {
    const url = `${repositoryPath(repository)}/pulls/${pull}`;
    const now = readBody(Detailed, yield { method: "GET", url });
    if (now.merged) return { sha: now.merge_commit_sha ?? null, merged: true, message: "It was merged already" };
    return readBody(Merged, yield { method: "PUT", url: `${url}/merge`, body: given(fields) });
  },
});

export const pullRequestActions = {
  list_pull_requests: listPullRequests,
  get_pull_request: getPullRequest,
  create_pull_request: createPullRequest,
  merge_pull_request: mergePullRequest,
};
