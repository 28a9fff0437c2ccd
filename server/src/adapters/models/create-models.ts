/**
 * Calls models by the provider libraries' own model classes: no retries, no streams, tools told but never run, one request
 * each, which leaves through the egress (`core/ports/models.ts` says what callers get).
 */
import {
  APICallError,
  type LanguageModelV4FunctionTool,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4Prompt,
} from "@ai-sdk/provider";
import { isJsonObject } from "../../core/json.ts";
import { parseJson } from "../../core/parse-json.ts";
import type { Egress, EgressAnswer } from "../../core/ports/egress.ts";
import type {
  Embedded,
  Generated,
  GenerateRequest,
  ModelMessage,
  ModelOutcome,
  Models,
  ModelTool,
  ModelToolCall,
} from "../../core/ports/models.ts";
import { embeddingModel, languageModel, providerOptions } from "./language-model.ts";
import { readEmbedded } from "./read-embedded.ts";
import { readCost, readUsage } from "./read-usage.ts";
import { isSuccess, openWire, textOf, type Wire } from "./wire.ts";

export function createModels(egress: Pick<Egress, "request">): Models {
  return {
    async generate(request) {
      const wire = openWire(egress, request);
      const { maxOutputTokens, temperature, schema, tools } = request;
      return await outcomeOf(wire, async () => {
        const model = languageModel(request, wire.fetch);
        const result = await model.doGenerate({
          prompt: promptOf(request.messages),
          maxOutputTokens,
          ...(tools.length === 0 ? {} : { tools: tools.map(toolOf), toolChoice: { type: "auto" } }),
          ...(temperature === null ? {} : { temperature }),
          ...(schema === null ? {} : { responseFormat: { type: "json", schema: schema as object, name: "answer" } }),
          providerOptions: providerOptions(request),
          abortSignal: request.signal,
        });
        return readGenerated(request, result);
      });
    },
    async embed(request) {
      const wire = openWire(egress, request);
      const model = embeddingModel(request, wire.fetch);
      if (model === null) {
        return { kind: "invalid", message: `${request.api} has no embeddings`, exchange: wire.exchange() };
      }
      return await outcomeOf(wire, async () => {
        const { texts, dimensions, signal } = request;
        const result = await model.doEmbed({
          values: [...texts],
          ...(dimensions === null ? {} : { dimensions }),
          abortSignal: signal,
        });
        return readEmbedded(request, result);
      });
    },
  };
}

/** What came of it is read off the wire: a library's error only says that it could not go on. */
async function outcomeOf<Result extends Generated | Embedded>(
  wire: Wire,
  work: () => Promise<Result | null>,
): Promise<ModelOutcome<Result>> {
  let result: Result | null = null;
  let thrown: unknown = null;
  try {
    result = await work();
  } catch (error) {
    thrown = error;
  }
  const exchange = wire.exchange();
  const answer = wire.answer();
  if (answer === null && exchange.request !== null) throw thrown; // the egress rejects for a bug only
  if (answer === null) return { kind: "invalid", message: messageOf(thrown), exchange };
  if (answer.kind !== "answer") return { kind: "unanswered", answer, exchange };
  const { status } = answer;
  if (!isSuccess(answer)) {
    return { kind: "declined", status, headers: headersOf(answer), body: textOf(answer), exchange };
  }
  if (result !== null) return { kind: "done", result, exchange };
  return { kind: "unreadable", status, message: reasonIn(thrown), exchange };
}

/** Only text: a part that a library would fetch, or read from a disk, can't be written in our messages. */
function promptOf(messages: readonly ModelMessage[]): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = [];
  for (const message of messages) {
    const { text } = message;
    if ("call" in message) {
      const part = { type: "tool-result", toolCallId: message.call, toolName: message.name } as const;
      const content = [{ ...part, output: { type: "text" as const, value: text } }];
      const last = prompt.at(-1);
      // Providers want the answers to calls that were made together in one message.
      if (last?.role === "tool") prompt[prompt.length - 1] = { role: "tool", content: [...last.content, ...content] };
      else prompt.push({ role: "tool", content });
    } else if (message.role === "system") prompt.push({ role: "system", content: text });
    else if (message.role === "user") prompt.push({ role: "user", content: [{ type: "text", text }] });
    else {
      const calls = "calls" in message ? message.calls : [];
      const said = text === "" && calls.length > 0 ? [] : [{ type: "text" as const, text }];
      prompt.push({ role: "assistant", content: [...said, ...calls.map(callPartOf)] });
    }
  }
  return prompt;
}

function callPartOf({ id, name, arguments: given }: ModelToolCall) {
  const parsed = parseJson(given);
  // Providers refuse a conversation with arguments that are no object.
  const input = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  return { type: "tool-call", toolCallId: id, toolName: name, input } as const;
}

function toolOf({ name, description, parameters }: ModelTool): LanguageModelV4FunctionTool {
  return { type: "function", name, description, inputSchema: parameters };
}

const FINISH: ReadonlyMap<string, Generated["finish"]> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["content-filter", "filtered"],
  ["tool-calls", "calls"],
]);

function readGenerated({ model }: GenerateRequest, result: LanguageModelV4GenerateResult): Generated {
  return {
    text: result.content.map((part) => (part.type === "text" ? part.text : "")).join(""),
    calls: result.content.flatMap((part) =>
      part.type === "tool-call" ? [{ id: part.toolCallId, name: part.toolName, arguments: part.input }] : [],
    ),
    finish: FINISH.get(result.finishReason.unified) ?? "other",
    model: result.response?.modelId ?? model,
    id: result.response?.id ?? null,
    usage: readUsage(result.usage),
    charged: readCost(result.usage.raw),
    ignored: result.warnings.flatMap((warning) => (warning.type === "unsupported" ? [warning.feature] : [])),
  };
}

function headersOf({ headers }: Extract<EgressAnswer, { readonly kind: "answer" }>): Record<string, string> {
  return Object.fromEntries(headers.filter(([name]) => name !== "__proto__").toReversed());
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "the provider's library can't send it";
}

/** OpenAI says in a complete answer with 200 that it failed; other errors quote the answer, which may be private. */
function reasonIn(thrown: unknown): string {
  const said = APICallError.isInstance(thrown) && thrown.cause === undefined ? thrown.message : null;
  return said ?? "the answer has another form than the provider documents";
}
