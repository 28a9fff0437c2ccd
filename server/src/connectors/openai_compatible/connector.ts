import { defineConnector } from "@steward/sdk";
import { z } from "zod";
import { modelFailure } from "../model-failure.ts";
import { readBody } from "../read-body.ts";

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Whatever speaks OpenAI's chat completions: vLLM, Ollama, LM Studio, llama.cpp, LiteLLM, Mistral, Groq, … */
export const openaiCompatible = defineConnector({
  id: "openai_compatible",
  title: "OpenAI-compatible server",
  summary: "Models of a server that speaks OpenAI's chat completions, at an address of your own.",
  category: "models",
  keywords: ["model", "llama", "mistral", "ollama", "vllm", "local", "embedding", "ai", "llm"],
  // Never reached: each connection brings its own (RFC 6761, "invalid").
  base: "https://models.invalid/v1",
  hosts: ["models.invalid"],
  ownAddress: true,
  models: { api: "openai_compatible", embeds: true },
  authentication: [{ kind: "api_key", header: "authorization", prefix: "Bearer " }, { kind: "none" }],
  scopes: {},
  actions: {},
  triggers: {},
  *whoami() {
    const { data } = readBody(Models, yield { method: "GET", url: "/models" });
    const first = data[0]?.id ?? "no model";
    return { account: first, label: data.length > 1 ? `${first} and ${data.length - 1} more` : first };
  },
  failure: modelFailure,
  setUp: [
    "Find the server's base address, which ends in /v1 as a rule: http://127.0.0.1:11434/v1 with Ollama.",
    "Where it is no address of the public internet, let the operator name it in STEWARD_EGRESS_ALLOW.",
    "Give its key, if it asks for one.",
    "Where budgets in money apply, let the operator set its models' prices in STEWARD_MODEL_PRICES; 0 is a price.",
  ],
  triedAgainst: "aimock 1.43, and answers as OpenAI's reference has them",
});
