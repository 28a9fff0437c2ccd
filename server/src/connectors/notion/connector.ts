import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { blockActions } from "./blocks.ts";
import { databaseActions } from "./databases.ts";
import { notionFailure } from "./failure.ts";
import { pageChanged } from "./page-changed.ts";
import { pageActions } from "./pages.ts";

const Me = z.object({
  id: z.string(),
  name: z.string().nullable().optional(),
  bot: z.object({ workspace_name: z.string().nullable().optional() }).optional(),
});

/** After Notion's API, version 2026-03-11. */
export const notion = defineConnector({
  id: "notion",
  title: "Notion",
  summary: "Pages, databases and blocks of a workspace.",
  category: "documents",
  keywords: ["page", "database", "block", "wiki", "notes"],
  base: "https://api.notion.com/v1",
  hosts: ["api.notion.com"],
  authentication: [
    {
      kind: "oauth2",
      authorizationUrl: "https://api.notion.com/v1/oauth/authorize",
      tokenUrl: "https://api.notion.com/v1/oauth/token",
      revocationUrl: null,
      revocation: {
        method: "POST",
        url: "https://api.notion.com/v1/oauth/revoke",
        authenticate: "basic",
        tokenField: "token",
      },
      deviceUrl: null,
      parameters: { owner: "user" },
      client: "basic",
      asks: "json",
      pkce: false,
      identityScopes: [],
    },
    { kind: "api_key", header: "authorization", prefix: "Bearer " },
  ],
  // Notion has none: what a connection may is set where it is made, and by which pages are shared with it.
  scopes: {},
  headers: { "notion-version": "2026-03-11" },
  actions: { ...pageActions, ...databaseActions, ...blockActions },
  triggers: { page_changed: pageChanged },
  *whoami() {
    const { id, name, bot } = readBody(Me, yield { method: "GET", url: "/users/me" });
    const workspace = bot?.workspace_name ?? null;
    return {
      account: workspace ?? id,
      label: [name ?? "Notion", ...(workspace === null ? [] : [workspace])].join(" in "),
    };
  },
  failure: notionFailure,
  setUp: [
    "At notion.so/profile/integrations press New integration, name it and choose the workspace.",
    "For OAuth make it public and add the redirect address shown here; copy the OAuth client ID and the secret.",
    "Or keep it internal, and set its Internal Integration Secret as a key.",
    "Under Capabilities choose no more than you use: read, update, insert content.",
    "In Notion open each page that it may see, and under its menu, Connections, add it; pages below are included.",
  ],
  triedAgainst: "answers as Notion's reference has them; no server stands in for Notion offline",
});
