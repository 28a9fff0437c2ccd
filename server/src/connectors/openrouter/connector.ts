import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { modelFailure } from "../model-failure.ts";
import { readBody } from "../read-body.ts";

const Key = z.object({ data: z.object({ label: z.string() }) });

/** After OpenRouter's API reference, November 2026. */
export const openrouter = defineConnector({
  id: "openrouter",
  title: "OpenRouter",
  summary: "Models of many providers through OpenRouter, with your own key.",
  category: "models",
  keywords: ["model", "gpt", "claude", "gemini", "llama", "embedding", "ai", "llm"],
  base: "https://openrouter.ai/api/v1",
  hosts: ["openrouter.ai"],
  models: { api: "openrouter", embeds: true },
  authentication: [{ kind: "api_key", header: "authorization", prefix: "Bearer " }],
  scopes: {},
  actions: {},
  triggers: {},
  // Its list of models is open to everybody, so that it says nothing of the key.
  *whoami() {
    const { data } = readBody(Key, yield { method: "GET", url: "/key" });
    return { account: data.label, label: `OpenRouter, key ${data.label}` };
  },
  failure: modelFailure,
  setUp: [
    "At openrouter.ai under Settings, Keys, press Create API Key, name it and give it a credit limit.",
    "Under Settings, Privacy, say which providers may see your prompts; Steward asks for none that keeps them.",
    "Copy the key: it is shown once.",
  ],
  triedAgainst: "aimock 1.43, and answers as OpenRouter's reference has them",
});
