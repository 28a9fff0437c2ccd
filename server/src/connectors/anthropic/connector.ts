import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { modelFailure } from "../model-failure.ts";
import { readBody } from "../read-body.ts";

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });

/** After Anthropic's API, version 2023-06-01. */
export const anthropic = defineConnector({
  id: "anthropic",
  title: "Anthropic",
  summary: "Claude models of Anthropic, with your own key.",
  category: "models",
  keywords: ["model", "claude", "ai", "llm"],
  base: "https://api.anthropic.com/v1",
  hosts: ["api.anthropic.com"],
  models: { api: "anthropic", embeds: false },
  authentication: [{ kind: "api_key", header: "x-api-key", prefix: "" }],
  scopes: {},
  headers: { "anthropic-version": "2023-06-01" },
  actions: {},
  triggers: {},
  *whoami() {
    const answer = yield { method: "GET", url: "/models", query: { limit: 1000 } };
    const { data } = readBody(Models, answer);
    const account = answer.headers["anthropic-organization-id"] ?? "Anthropic";
    return { account, label: `${account}, ${data.length} models` };
  },
  failure: modelFailure,
  setUp: [
    "At platform.claude.com choose the workspace that is to pay, or make one, and set its spend limit.",
    "Under API keys press Create key, name it and choose that workspace.",
    "Copy the key: it is shown once.",
  ],
  triedAgainst: "aimock 1.43, and answers as Anthropic's reference has them",
});
