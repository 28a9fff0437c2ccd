/** What GitHub answers, after the examples of its REST documentation, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

const USER = {
  login: "ada",
  id: 1,
  node_id: "MDQ6VXNlcjE=",
  html_url: "https://github.com/ada",
  type: "User",
  site_admin: false,
};
const SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const ISSUE = {
  id: 1,
  node_id: "MDU6SXNzdWUx",
  url: "https://api.github.com/repos/acme/shop/issues/1347",
  html_url: "https://github.com/acme/shop/issues/1347",
  number: 1347,
  state: "open",
  state_reason: null,
  title: "Found a bug",
  body: "I'm having a problem with this.",
  user: USER,
  labels: [{ id: 208045946, name: "bug", description: "Something isn't working", color: "f29513", default: true }],
  assignee: USER,
  assignees: [USER],
  milestone: null,
  locked: false,
  comments: 0,
  closed_at: null,
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
  author_association: "COLLABORATOR",
};
const COMMENT = {
  id: 1,
  html_url: "https://github.com/acme/shop/issues/1347#issuecomment-1",
  body: "Me too",
  user: USER,
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
};
const LISTED_PULL = {
  id: 1,
  number: 42,
  title: "Mend the basket",
  body: null,
  state: "open",
  locked: false,
  draft: false,
  html_url: "https://github.com/acme/shop/pull/42",
  user: USER,
  head: { label: "ada:basket", ref: "basket", sha: SHA, user: USER },
  base: { label: "acme:main", ref: "main", sha: "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c", user: USER },
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
  closed_at: null,
  merged_at: null,
  merge_commit_sha: "e5bd3914e2e596debea16f433f57875b5b90bcd6",
};
const PULL = { ...LISTED_PULL, merged: false, mergeable: null, mergeable_state: "unknown", commits: 3 };
const REVIEW_COMMENT = {
  id: 10,
  pull_request_review_id: 42,
  diff_hunk: "@@ -16,33 +16,40 @@",
  path: "src/basket.ts",
  position: 1,
  line: 3,
  side: "RIGHT",
  commit_id: SHA,
  original_commit_id: SHA,
  body: "This leaks.",
  user: USER,
  html_url: "https://github.com/acme/shop/pull/42#discussion-diff-10",
  created_at: "2026-11-02T09:30:00Z",
  updated_at: "2026-11-02T09:30:00Z",
};
const FILE = {
  type: "file",
  encoding: "base64",
  size: 5,
  name: "readme.md",
  path: "docs/readme.md",
  content: "SGVs\nbG8=\n",
  sha: "3d21ec53a331a6f037a91c368710b99387d012c1",
  html_url: "https://github.com/acme/shop/blob/main/docs/readme.md",
};
const { content: _, encoding: __, ...WRITTEN } = FILE;
const COMMIT = { sha: SHA, html_url: `https://github.com/acme/shop/commit/${SHA}`, message: "Say hello" };
const RELEASE = {
  id: 1,
  tag_name: "v1.0.0",
  target_commitish: "main",
  name: "v1.0.0",
  body: "The first of many.",
  draft: false,
  prerelease: false,
  html_url: "https://github.com/acme/shop/releases/v1.0.0",
  created_at: "2026-11-02T09:30:00Z",
  published_at: "2026-11-02T09:31:00Z",
  author: USER,
  assets: [],
};
const MISSING = answer({ message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" }, 404);
const NEXT = {
  link: '<https://api.github.com/repositories/1/issues?per_page=30&page=2>; rel="next", <https://api.github.com/repositories/1/issues?per_page=30&page=9>; rel="last"',
};

/** By action; `whoami` too, and what triggers ask for. */
export const githubAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  "*.register": [answer([]), answer({ type: "Repository", id: 12345678, name: "web", active: true }, 201)],
  "*.unregister": [answer("", 204)],
  whoami: [answer({ ...USER, name: "Ada Lovelace" })],
  list_issues: [
    answer([ISSUE, { ...ISSUE, number: 1348, pull_request: { url: "https://api.github.com/x" } }], 200, NEXT),
  ],
  get_issue: [answer(ISSUE)],
  create_issue: [answer(ISSUE, 201)],
  update_issue: [answer(ISSUE)],
  close_issue: [answer({ ...ISSUE, state: "closed", state_reason: "completed", closed_at: "2026-11-03T10:00:00Z" })],
  list_comments: [answer([COMMENT])],
  create_comment: [answer(COMMENT, 201)],
  list_pull_requests: [answer([LISTED_PULL])],
  get_pull_request: [answer(PULL)],
  create_pull_request: [answer(PULL, 201)],
  merge_pull_request: [answer(PULL), answer({ sha: SHA, merged: true, message: "Pull Request successfully merged" })],
  list_review_comments: [answer([REVIEW_COMMENT])],
  create_review_comment: [answer(PULL), answer(REVIEW_COMMENT, 201)],
  get_file: [answer(FILE)],
  put_file: [MISSING, answer({ content: WRITTEN, commit: COMMIT }, 201)],
  delete_file: [answer(FILE), answer({ content: null, commit: COMMIT })],
  list_releases: [answer([RELEASE])],
  create_release: [answer(RELEASE, 201)],
  dispatch_workflow: [
    answer({
      workflow_run_id: 30433642,
      run_url: "https://api.github.com/repos/acme/shop/actions/runs/30433642",
      html_url: "https://github.com/acme/shop/actions/runs/30433642",
    }),
  ],
};
