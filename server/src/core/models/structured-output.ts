/** An answer that is to be JSON by a schema: read, judged, and asked for anew where it does not fit. */
import type { Json, JsonObject } from "../json.ts";
import { parseJson } from "../parse-json.ts";
import type { ModelMessage, PlainMessage } from "../ports/models.ts";
import { judgeValue } from "./json-schema.ts";

/** Of an answer that is quoted back to its model. */
const QUOTED_CHARACTERS_MAX = 50_000;

export type Judged =
  | { readonly ok: true; readonly value: Json }
  /** In sentences that say nothing but which places do not fit, for the model and for people. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The value in a model's answer: all of it, what stands in a fence, or from the first bracket to the last. */
export function readStructured(schema: JsonObject, text: string): Judged {
  for (const candidate of candidates(text)) {
    const parsed = parseJson(candidate);
    if (!parsed.ok) continue;
    const problems = judgeValue(schema, parsed.value);
    return problems.length === 0 ? { ok: true, value: parsed.value } : { ok: false, problems };
  }
  return { ok: false, problems: ["the answer is no JSON, or was cut off"] };
}

function* candidates(text: string): Generator<string> {
  yield text;
  const fence = text.indexOf("```");
  const end = text.lastIndexOf("```");
  if (fence !== -1 && end > fence) yield text.slice(text.indexOf("\n", fence) + 1, end);
  const begin = text.search(/[[{]/);
  const last = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  if (begin !== -1 && last > begin) yield text.slice(begin, last + 1);
}

/** The same conversation, with the answer that does not fit and what is wrong with it. */
export function askToRepair(
  messages: readonly ModelMessage[],
  answer: string,
  problems: readonly string[],
): readonly ModelMessage[] {
  const wrong = problems.map((problem) => `- ${problem}`).join("\n");
  const said: readonly PlainMessage[] =
    answer.trim() === "" ? [] : [{ role: "assistant", text: answer.slice(0, QUOTED_CHARACTERS_MAX).toWellFormed() }];
  const text = `Your answer does not fit the schema:\n${wrong}\nAnswer again with the whole JSON value and nothing else.`;
  return [...messages, ...said, { role: "user", text }];
}

/** For providers that can't be given a schema: the conversation begins with it. */
export function describeSchema(schema: JsonObject): PlainMessage {
  const text = `Answer with one JSON value and nothing else, no fence and no words around it. It fits this JSON Schema:\n${JSON.stringify(schema)}`;
  return { role: "system", text };
}
