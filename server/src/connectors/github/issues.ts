import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { nextCursor, ThreadNumber, pageQuery, Person, Repository, repositoryPath } from "./repository.ts";

const Issue = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullable().optional(),
  state: z.string(),
  state_reason: z.string().nullable().optional(),
  html_url: z.string(),
  user: Person,
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullable().optional() })])),
  assignees: z
    .array(z.object({ login: z.string() }))
    .nullable()
    .optional(),
  comments: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
});

const Listed = z.array(Issue.extend({ pull_request: z.object({}).optional() }));

const SAMPLE: z.output<typeof Issue> = {
  number: 1347,
  title: "Found a bug",
  body: "I'm having a problem with this.",
  state: "open",
  state_reason: null,
  html_url: "https://github.com/acme/shop/issues/1347",
  user: { login: "ada", html_url: "https://github.com/ada" },
  labels: [{ name: "bug" }],
  assignees: [{ login: "ada" }],
  comments: 0,
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
  closed_at: null,
};

const Title = z.string().min(1).max(256).describe("One line.");
const Body = z.string().max(65_536).describe("Markdown.");
const Labels = z.array(z.string().min(1).max(50)).max(100);
const Assignees = z.array(z.string().min(1).max(100)).max(10).describe("Login names.");
const Milestone = z.int().min(1).describe("The milestone's number.");
const number = ThreadNumber.describe("The issue's number.");

const listIssues = defineAction({
  title: "List issues",
  summary: "Lists a repository's issues, newest first, without pull requests.",
  class: "read",
  input: z.strictObject({
    repository: Repository,
    state: z.enum(["open", "closed", "all"]).default("open").describe("Which of them."),
    labels: Labels.optional().describe("Those with all of these labels."),
    assignee: z.string().min(1).max(100).optional().describe("A login name, none or *."),
    creator: z.string().min(1).max(100).optional().describe("Those that this person wrote."),
    since: z.iso.datetime({ offset: true }).optional().describe("Those changed since then."),
    sort: z.enum(["created", "updated", "comments"]).default("created").describe("By what they are sorted."),
    direction: z.enum(["asc", "desc"]).default("desc").describe("Ascending or descending."),
    ...pageFields(30, 100),
  }),
  output: z.object({ issues: z.array(Issue), ...nextField }),
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", state: "open", sort: "created", direction: "desc", limit: 30, pages: 1 },
    output: { issues: [SAMPLE], next: "page=2" },
  },
  *perform(input) {
    const { repository, limit, pages: _, cursor: __, labels, ...filter } = input;
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: `${repositoryPath(repository)}/issues`,
        query: { ...filter, labels: labels?.join(","), per_page: limit, ...pageQuery(cursor) },
      };
      const all = readBody(Listed, answer);
      return { items: all.filter((each) => each.pull_request === undefined), next: nextCursor(answer) };
    });
    return { issues: items.map((item) => Issue.parse(item)), next };
  },
});

const getIssue = defineAction({
  title: "Read an issue",
  summary: "Reads one issue.",
  class: "read",
  input: z.strictObject({ repository: Repository, number }),
  output: Issue,
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: { input: { repository: "acme/shop", number: 1347 }, output: SAMPLE },
  *perform({ repository, number: issue }) {
    return readBody(Issue, yield { method: "GET", url: `${repositoryPath(repository)}/issues/${issue}` });
  },
});

const createIssue = defineAction({
  title: "Create an issue",
  summary: "Opens an issue.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    title: Title,
    body: Body.optional(),
    labels: Labels.optional().describe("Labels that it gets."),
    assignees: Assignees.optional(),
    milestone: Milestone.optional(),
  }),
  output: Issue,
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: { input: { repository: "acme/shop", title: "Found a bug", labels: ["bug"] }, output: SAMPLE },
  *perform({ repository, ...fields }) {
    const url = `${repositoryPath(repository)}/issues`;
    return readBody(Issue, yield { method: "POST", url, body: given(fields) });
  },
});

const updateIssue = defineAction({
  title: "Change an issue",
  summary: "Changes the fields of an issue that are given.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    number,
    title: Title.optional(),
    body: Body.optional(),
    state: z.enum(["open", "closed"]).optional().describe("Opens or closes it."),
    labels: Labels.optional().describe("All labels that it has afterwards."),
    assignees: Assignees.optional(),
    milestone: Milestone.nullable().optional().describe("The milestone's number, null for none."),
  }),
  output: Issue,
  scopes: ["repo"],
  repeat: "safe",
  destination: ["repository"],
  sample: { input: { repository: "acme/shop", number: 1347, title: "Found a bug" }, output: SAMPLE },
  *perform({ repository, number: issue, ...fields }) {
    const url = `${repositoryPath(repository)}/issues/${issue}`;
    return readBody(Issue, yield { method: "PATCH", url, body: given(fields) });
  },
});

const closeIssue = defineAction({
  title: "Close an issue",
  summary: "Closes an issue, as done or not.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    number,
    reason: z.enum(["completed", "not_planned", "duplicate"]).default("completed").describe("Why it is closed."),
  }),
  output: Issue,
  scopes: ["repo"],
  repeat: "safe",
  destination: ["repository"],
  sample: {
    input: { repository: "acme/shop", number: 1347, reason: "completed" },
    output: { ...SAMPLE, state: "closed", state_reason: "completed", closed_at: "2026-11-03T10:00:00Z" },
  },
  *perform({ repository, number: issue, reason }) {
    const url = `${repositoryPath(repository)}/issues/${issue}`;
    return readBody(Issue, yield { method: "PATCH", url, body: { state: "closed", state_reason: reason } });
  },
});

export const issueActions = {
  list_issues: listIssues,
  get_issue: getIssue,
  create_issue: createIssue,
  update_issue: updateIssue,
  close_issue: closeIssue,
};
