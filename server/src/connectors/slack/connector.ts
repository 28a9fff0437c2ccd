import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { eventTriggers } from "./events.ts";
import { slackFailure } from "./failure.ts";
import { fileActions } from "./files.ts";
import { messageActions } from "./messages.ts";
import { ask } from "./method.ts";
import { peopleActions } from "./people.ts";

const Me = z.object({ user: z.string(), team: z.string(), user_id: z.string(), team_id: z.string() });

/** After Slack's Web API and Events API. */
export const slack = defineConnector({
  id: "slack",
  title: "Slack",
  summary: "Messages, people and files of a workspace.",
  category: "chat",
  keywords: ["message", "channel", "workspace", "bot"],
  base: "https://slack.com/api",
  hosts: ["slack.com", "files.slack.com"],
  authentication: [
    {
      kind: "oauth2",
      authorizationUrl: "https://slack.com/oauth/v2/authorize",
      tokenUrl: "https://slack.com/api/oauth.v2.access",
      revocationUrl: null,
      revocation: {
        method: "POST",
        url: "https://slack.com/api/auth.revoke",
        authenticate: "bearer",
        tokenField: null,
      },
      deviceUrl: null,
      parameters: {},
      scopeSeparator: ",",
      client: "post",
      // An app has one bot token in each workspace, however often it is installed.
      revokesAll: true,
      pkce: false,
      identityScopes: [],
    },
    { kind: "api_key", header: "authorization", prefix: "Bearer " },
  ],
  scopes: {
    "chat:write": "Post and change messages as the app",
    "channels:history": "Read the messages of public channels that the app is a member of",
    "groups:history": "Read the messages of private channels that the app is a member of",
    "channels:read": "See which public channels there are",
    "users:read": "See who is in the workspace",
    "users:read.email": "See the mail addresses of people in the workspace",
    "files:write": "Upload and share files as the app",
    "app_mentions:read": "See messages that mention the app",
    "reactions:read": "See reactions to messages",
  },
  actions: { ...messageActions, ...peopleActions, ...fileActions },
  triggers: eventTriggers,
  *whoami() {
    const { user, team, user_id, team_id } = readBody(Me, yield ask("auth.test", {}));
    // A name may be another's in another workspace; by the workspace the gate tells what is sent here (`verify-slack.ts`).
    return { account: `${team_id}/${user_id}`, label: `${user} in ${team}` };
  },
  failure: slackFailure,
  setUp: [
    "At api.slack.com/apps press Create New App, From scratch, name it and choose the workspace.",
    "Under OAuth & Permissions, Redirect URLs, add the redirect address shown here.",
    "Under Scopes, Bot Token Scopes, add the scopes listed here.",
    "Under Basic Information, App Credentials, copy the Client ID and the Client Secret, and for approvals with buttons the Signing Secret.",
    "Or install the app to the workspace there, and set its Bot User OAuth Token as a key.",
  ],
  triedAgainst: "emulate 0.12.2, and answers as Slack's documentation of its methods has them",
});
