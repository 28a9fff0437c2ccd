import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { nextCursor, ThreadNumber, pageQuery, Person, Repository, repositoryPath } from "./repository.ts";

const ReviewComment = z.object({
  id: z.int(),
  body: z.string(),
  path: z.string(),
  line: z.int().nullable().optional(),
  side: z.string().optional(),
  commit_id: z.string(),
  in_reply_to_id: z.int().nullable().optional(),
  html_url: z.string(),
  user: Person,
  created_at: z.string(),
  updated_at: z.string(),
});

const SAMPLE: z.output<typeof ReviewComment> = {
  id: 10,
  body: "This leaks.",
  path: "src/basket.ts",
  line: 3,
  side: "RIGHT",
  commit_id: "6dcb09b5b57875f334f61aebed695e2e4193db5e",
  html_url: "https://github.com/acme/shop/pull/42#discussion-diff-10",
  user: { login: "ada", html_url: "https://github.com/ada" },
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
};

const number = ThreadNumber.describe("The pull request's number.");

const listReviewComments = defineAction({
  title: "List review comments",
  summary: "Lists the comments on the lines of a pull request.",
  class: "read",
  input: z.strictObject({
    repository: Repository,
    number,
    since: z.iso.datetime({ offset: true }).optional().describe("Those changed since then."),
    ...pageFields(30, 100),
  }),
  output: z.object({ comments: z.array(ReviewComment), ...nextField }),
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", number: 42, limit: 30, pages: 1 },
    output: { comments: [SAMPLE], next: null },
  },
  *perform(input) {
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: `${repositoryPath(input.repository)}/pulls/${input.number}/comments`,
        query: { since: input.since, per_page: input.limit, ...pageQuery(cursor) },
      };
      return { items: readBody(z.array(ReviewComment), answer), next: nextCursor(answer) };
    });
    return { comments: items, next };
  },
});

const Head = z.object({ head: z.object({ sha: z.string() }) });

const createReviewComment = defineAction({
  title: "Comment on a line",
  summary: "Comments on a line of a pull request's changes.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    number,
    body: z.string().min(1).max(65_536).describe("Markdown."),
    path: z.string().min(1).max(1000).describe("The changed file."),
    line: z.int().min(1).describe("The line in the file."),
    side: z.enum(["LEFT", "RIGHT"]).default("RIGHT").describe("LEFT is the file as it was, RIGHT as it will be."),
    commit_id: z
      .string()
      .regex(/^[0-9a-f]{40}$/, "use a commit's 40 digits")
      .optional()
      .describe("The commit that the line is in; the newest when left out."),
  }),
  output: ReviewComment,
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: {
    input: { repository: "acme/shop", number: 42, body: "This leaks.", path: "src/basket.ts", line: 3, side: "RIGHT" },
    output: SAMPLE,
  },
  *perform({ repository, number: pull, commit_id: commit, ...fields }) {
    const url = `${repositoryPath(repository)}/pulls/${pull}`;
    const commit_id = commit ?? readBody(Head, yield { method: "GET", url }).head.sha;
    return readBody(
      ReviewComment,
      yield { method: "POST", url: `${url}/comments`, body: given({ ...fields, commit_id }) },
    );
  },
});

export const reviewCommentActions = {
  list_review_comments: listReviewComments,
  create_review_comment: createReviewComment,
};
