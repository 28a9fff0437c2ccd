import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { commentActions } from "./comments.ts";
import { githubFailure } from "./failure.ts";
import { fileActions } from "./files.ts";
import { hookTriggers } from "./hooks.ts";
import { issueActions } from "./issues.ts";
import { pullRequestActions } from "./pull-requests.ts";
import { releaseActions } from "./releases.ts";
import { reviewCommentActions } from "./review-comments.ts";
import { workflowActions } from "./workflows.ts";

const Me = z.object({ login: z.string(), name: z.string().nullable().optional() });

/** After GitHub's REST API, version 2022-11-28. */
export const github = defineConnector({
  id: "github",
  title: "GitHub",
  summary: "Issues, pull requests, files, releases and workflows of repositories.",
  category: "code",
  keywords: ["git", "repository", "issue", "pull request", "actions", "commit"],
  base: "https://api.github.com",
  hosts: ["api.github.com"],
  authentication: [
    {
      kind: "oauth2",
      authorizationUrl: "https://github.com/login/oauth/authorize",
      tokenUrl: "https://github.com/login/oauth/access_token",
      revocationUrl: null,
      revocation: {
        method: "DELETE",
        url: "https://api.github.com/applications/{client_id}/token",
        authenticate: "basic",
        tokenField: "access_token",
      },
      deviceUrl: "https://github.com/login/device/code",
      parameters: {},
      client: "post",
      pkce: true,
      identityScopes: [],
    },
    { kind: "api_key", header: "authorization", prefix: "Bearer " },
  ],
  scopes: {
    repo: "Read and change the code, issues, pull requests and releases of every repository that you can reach, private ones too. GitHub has nothing narrower for private repositories; a fine-grained token, set as a key, has.",
    "admin:repo_hook": "Make and remove the hooks by which GitHub tells of events in your repositories",
  },
  headers: {
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    "user-agent": "steward",
  },
  actions: {
    ...issueActions,
    ...commentActions,
    ...pullRequestActions,
    ...reviewCommentActions,
    ...fileActions,
    ...releaseActions,
    ...workflowActions,
  },
  triggers: hookTriggers,
  *whoami() {
    const { login, name } = readBody(Me, yield { method: "GET", url: "/user" });
    return { account: login, label: name ?? login };
  },
  failure: githubFailure,
  setUp: [
    "On GitHub open Settings, Developer settings, OAuth Apps, and press New OAuth App.",
    "Give it a name and the address of this installation as its homepage.",
    "Put the redirect address shown here into Authorization callback URL, and press Register application.",
    "Copy the client id, press Generate a new client secret, and copy the secret.",
    "For narrower rights make a fine-grained personal access token under Settings, Developer settings, instead, and set it as a key: choose the repositories, and for what you use Issues, Pull requests, Contents, Actions and Webhooks.",
  ],
  triedAgainst: "emulate 0.12.2, and answers as GitHub's documentation of its REST API has them",
});
