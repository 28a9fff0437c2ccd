import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { modelFailure } from "../model-failure.ts";
import { readBody } from "../read-body.ts";

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });

/** After OpenAI's API reference, November 2026. */
export const openai = defineConnector({
  id: "openai",
  title: "OpenAI",
  summary: "Models of OpenAI, with your own key.",
  category: "models",
  keywords: ["model", "gpt", "chatgpt", "embedding", "ai", "llm"],
  base: "https://api.openai.com/v1",
  hosts: ["api.openai.com"],
  models: { api: "openai", embeds: true },
  authentication: [{ kind: "api_key", header: "authorization", prefix: "Bearer " }],
  scopes: {},
  actions: {},
  triggers: {},
  *whoami() {
    const answer = yield { method: "GET", url: "/models" };
    const { data } = readBody(Models, answer);
    const account = answer.headers["openai-organization"] ?? "OpenAI";
    return { account, label: `${account}, ${data.length} models` };
  },
  failure: modelFailure,
  setUp: [
    "At platform.openai.com choose the project that is to pay, or make one, and set its budget under Limits.",
    "Under API keys press Create new secret key, choose Restricted, and allow Model capabilities and List models alone.",
    "Copy the key: it is shown once.",
  ],
  triedAgainst: "aimock 1.43, and answers as OpenAI's reference has them",
});
