import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { nextCursor, pageQuery, Person, Repository, repositoryPath } from "./repository.ts";

const Release = z.object({
  id: z.int(),
  tag_name: z.string(),
  target_commitish: z.string(),
  name: z.string().nullable(),
  body: z.string().nullable().optional(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  html_url: z.string(),
  author: Person,
  created_at: z.string(),
  published_at: z.string().nullable(),
});

const SAMPLE: z.output<typeof Release> = {
  id: 1,
  tag_name: "v1.0.0",
  target_commitish: "main",
  name: "v1.0.0",
  body: "The first of many.",
  draft: false,
  prerelease: false,
  html_url: "https://github.com/acme/shop/releases/v1.0.0",
  author: { login: "ada", html_url: "https://github.com/ada" },
  created_at: "2026-11-02T09:30:00Z",
  published_at: "2026-11-02T09:31:00Z",
};

const listReleases = defineAction({
  title: "List releases",
  summary: "Lists a repository's releases, newest first.",
  class: "read",
  input: z.strictObject({ repository: Repository, ...pageFields(30, 100) }),
  output: z.object({ releases: z.array(Release), ...nextField }),
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", limit: 30, pages: 1 },
    output: { releases: [SAMPLE], next: null },
  },
  *perform(input) {
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: `${repositoryPath(input.repository)}/releases`,
        query: { per_page: input.limit, ...pageQuery(cursor) },
      };
      return { items: readBody(z.array(Release), answer), next: nextCursor(answer) };
    });
    return { releases: items, next };
  },
});

const createRelease = defineAction({
  title: "Create a release",
  summary: "Publishes a release, or keeps it as a draft.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    tag_name: z.string().min(1).max(250).describe("The tag; made where there is none."),
    target_commitish: z.string().min(1).max(250).optional().describe("The branch or commit that a new tag is put on."),
    name: z.string().min(1).max(250).optional().describe("Its title."),
    body: z.string().max(125_000).optional().describe("Markdown."),
    draft: z.boolean().default(false).describe("Not to be seen yet."),
    prerelease: z.boolean().default(false).describe("Not yet for everyone."),
    generate_release_notes: z.boolean().default(false).describe("Lets GitHub write what has changed."),
    make_latest: z.enum(["true", "false", "legacy"]).default("true").describe("Whether it becomes the latest release."),
  }),
  output: Release,
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: {
    input: {
      repository: "acme/shop",
      tag_name: "v1.0.0",
      draft: false,
      prerelease: false,
      generate_release_notes: false,
      make_latest: "true",
    },
    output: SAMPLE,
  },
  *perform({ repository, ...fields }) {
    const url = `${repositoryPath(repository)}/releases`;
    return readBody(Release, yield { method: "POST", url, body: given(fields) });
  },
});

export const releaseActions = { list_releases: listReleases, create_release: createRelease };
