/** What the providers of models answer to whoever asks whose key it is, after the examples of their references. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "./drive.testsuite.ts";

const LIST = {
  object: "list",
  data: [
    { id: "gpt-6-luna", object: "model", created: 1790035200, owned_by: "openai" },
    { id: "text-embedding-3-small", object: "model", created: 1705948997, owned_by: "system" },
  ],
};

export const openaiAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [answer(LIST, 200, { "openai-organization": "acme-7hq2", "openai-version": "2020-10-01" })],
};

export const anthropicAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [
    answer(
      {
        data: [
          {
            type: "model",
            id: "claude-haiku-5-5",
            display_name: "Claude Haiku 5.5",
            created_at: "2026-10-07T00:00:00Z",
          },
        ],
        first_id: "claude-haiku-5-5",
        has_more: false,
        last_id: "claude-haiku-5-5",
      },
      200,
      {
        "anthropic-organization-id": "2f0d3c1e-5b0a-4d4e-9f3b-8a1c7d6e5f40",
        "request-id": "req_018EeWyXxfu5pfWkrYcMdjWG",
      },
    ),
  ],
};

export const openrouterAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [
    answer({
      data: {
        label: "sk-or-v1-116...0ce",
        limit: 5,
        usage: 0.1015644762,
        is_provisioning_key: false,
        limit_remaining: 4.8984355238,
        is_free_tier: false,
        rate_limit: { requests: 50, interval: "10s" },
      },
    }),
  ],
};

export const openaiCompatibleAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [
    answer({ object: "list", data: [{ id: "llama3.3:70b", object: "model", created: 1, owned_by: "library" }] }),
  ],
};
