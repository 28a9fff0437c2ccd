import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { nextCursor, ThreadNumber, pageQuery, Person, Repository, repositoryPath } from "./repository.ts";

const Comment = z.object({
  id: z.int(),
  body: z.string().optional(),
  html_url: z.string(),
  user: Person,
  created_at: z.string(),
  updated_at: z.string(),
});

const SAMPLE: z.output<typeof Comment> = {
  id: 1,
  body: "Me too",
  html_url: "https://github.com/acme/shop/issues/1347#issuecomment-1",
  user: { login: "ada", html_url: "https://github.com/ada" },
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
};

const number = ThreadNumber.describe("The number of the issue or pull request.");

const listComments = defineAction({
  title: "List comments",
  summary: "Lists the comments of an issue or pull request, oldest first.",
  class: "read",
  input: z.strictObject({
    repository: Repository,
    number,
    since: z.iso.datetime({ offset: true }).optional().describe("Those changed since then."),
    ...pageFields(30, 100),
  }),
  output: z.object({ comments: z.array(Comment), ...nextField }),
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", number: 1347, limit: 30, pages: 1 },
    output: { comments: [SAMPLE], next: null },
  },
  *perform(input) {
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: `${repositoryPath(input.repository)}/issues/${input.number}/comments`,
        query: { since: input.since, per_page: input.limit, ...pageQuery(cursor) },
      };
      return { items: readBody(z.array(Comment), answer), next: nextCursor(answer) };
    });
    return { comments: items, next };
  },
});

const createComment = defineAction({
  title: "Comment",
  summary: "Comments on an issue or pull request.",
  class: "write",
  input: z.strictObject({ repository: Repository, number, body: z.string().min(1).max(65_536).describe("Markdown.") }),
  output: Comment,
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: { input: { repository: "acme/shop", number: 1347, body: "Me too" }, output: SAMPLE },
  *perform({ repository, number: issue, body }) {
    const url = `${repositoryPath(repository)}/issues/${issue}/comments`;
    return readBody(Comment, yield { method: "POST", url, body: { body } });
  },
});

export const commentActions = { list_comments: listComments, create_comment: createComment };
