/**
 * What an agent's turn does next, from what was said and done in it alone (R4): ask the model, begin tools, end. An
 * iteration is one question to the model, or one call of a tool that its last answer asked for.
 */
import type { ToolCall } from "@steward/sdk";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { judgeValue } from "../models/json-schema.ts";
import { parseJson } from "../parse-json.ts";
import type { ModelMessage } from "../ports/models.ts";

/** What a tool takes. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of an object. */
  readonly parameters: JsonObject;
}

export interface AgentLimits {
  /** Questions to the model. */
  readonly maxTurns: number;
  /** Calls of tools, in all. */
  readonly maxCalls: number;
  /** Tools at once. */
  readonly parallel: number;
}

/** What the model answered, and what it asks for. */
export interface Answer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

/** `result` is undefined while it is under way. */
export type AgentIteration =
  | { readonly kind: "think"; readonly result: Answer | undefined }
  /** Call `call` of the last answer. */
  | { readonly kind: "tool"; readonly call: number; readonly result: ToolResult | undefined };

export type ToolResult =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface BegunTool {
  /** Which call of the last answer. */
  readonly call: number;
  readonly tool: string;
  readonly arguments: JsonObject;
}

export type AgentStep =
  | { readonly kind: "think" }
  | { readonly kind: "tools"; readonly begin: readonly BegunTool[] }
  /** Until what is under way has ended. */
  | { readonly kind: "rest" }
  | { readonly kind: "done" }
  | { readonly kind: "fail"; readonly code: string; readonly message: string };

interface Turn {
  readonly tools: ReadonlyMap<string, AgentTool>;
  readonly limits: AgentLimits;
  readonly iterations: readonly AgentIteration[];
}

/** The same call failing so often ends the turn: it would go on so. */
const SAME_FAILURES_MAX = 3;
/** Of one result that the model is told; the record keeps all of it. */
const RESULT_CHARACTERS_MAX = 50_000;

export function nextOfAgent(turn: Turn): AgentStep {
  const { limits } = turn;
  const rounds = roundsOf(turn);
  const last = rounds.at(-1);
  if (last === undefined) return { kind: "think" };
  if (last.answer === undefined) return { kind: "rest" };
  if (last.answer.calls.length === 0) return { kind: "done" };
  const running = last.calls.filter((one) => one.kind === "running").length;
  const waiting = last.calls.flatMap((one) => (one.kind === "waiting" ? [one.begun] : []));
  const begin = waiting.slice(0, Math.max(0, limits.parallel - running));
  if (begin.length > 0) return { kind: "tools", begin };
  if (running > 0) return { kind: "rest" };
  const stuck = stuckIn(rounds);
  if (stuck !== null) {
    const message = `the tool ${stuck} failed ${SAME_FAILURES_MAX} times with the same arguments`;
    return { kind: "fail", code: "agent_stuck", message };
  }
  if (rounds.length >= limits.maxTurns) {
    const message = `the model still asks for tools after ${limits.maxTurns} answers: raise "maxTurns" or mend its instructions`;
    return { kind: "fail", code: "agent_turns", message };
  }
  return { kind: "think" };
}

/** What the model is asked with: what it was told at first, then all that was said and done since. */
export function conversationOf(told: readonly ModelMessage[], turn: Turn): readonly ModelMessage[] {
  const said = roundsOf(turn).flatMap(({ answer, calls }): readonly ModelMessage[] => {
    if (answer === undefined) return [];
    if (answer.calls.length === 0) return [{ role: "assistant", text: answer.text }];
    return [
      { role: "assistant", text: answer.text, calls: answer.calls },
      ...calls.map(({ call, ...one }) => {
        const text = one.kind === "ended" ? textOf(one.result) : "";
        return { role: "tool" as const, call: call.id, name: nameShown(call.name), text };
      }),
    ];
  });
  return [...told, ...said];
}

/** How many questions the model was asked, and how many calls it made. */
export function countsOf(turn: Turn): { readonly turns: number; readonly calls: number } {
  const rounds = roundsOf(turn);
  return { turns: rounds.length, calls: rounds.reduce((sum, { calls }) => sum + calls.length, 0) };
}

interface Round {
  readonly answer: Answer | undefined;
  readonly calls: readonly Called[];
}

type Called = { readonly call: ToolCall } & (
  | { readonly kind: "waiting"; readonly begun: BegunTool }
  | { readonly kind: "running" }
  | { readonly kind: "ended"; readonly result: ToolResult }
);

function roundsOf({ tools, limits, iterations }: Turn): readonly Round[] {
  const rounds: Round[] = [];
  let made = 0;
  for (const [at, iteration] of iterations.entries()) {
    if (iteration.kind !== "think") continue;
    const { result: answer } = iteration;
    const end = iterations.findIndex((one, index) => index > at && one.kind === "think");
    const begun = new Map<number, ToolResult | undefined>();
    for (const one of iterations.slice(at + 1, end === -1 ? undefined : end))
      if (one.kind === "tool") begun.set(one.call, one.result);
    const calls = (answer?.calls ?? []).map((call, index): Called => {
      made++;
      const judged = made > limits.maxCalls ? tooMany(limits.maxCalls) : judgeCall(tools, call);
      if (!judged.ok) return { call, kind: "ended", result: judged };
      if (!begun.has(index))
        return { call, kind: "waiting", begun: { call: index, tool: call.name, arguments: judged.arguments } };
      const result = begun.get(index);
      return result === undefined ? { call, kind: "running" } : { call, kind: "ended", result };
    });
    rounds.push({ answer, calls });
  }
  return rounds;
}

type Judged = { readonly ok: true; readonly arguments: JsonObject } | (ToolResult & { readonly ok: false });

function judgeCall(tools: ReadonlyMap<string, AgentTool>, { name, arguments: given }: ToolCall): Judged {
  const tool = tools.get(name);
  if (tool === undefined) {
    const names = [...tools.keys()].join(", ") || "none";
    return { ok: false, code: "tool_unknown", message: `there is no tool of that name; there are: ${names}` };
  }
  const parsed = given.trim() === "" ? ({ ok: true, value: {} } as const) : parseJson(given);
  if (!parsed.ok || !isJsonObject(parsed.value))
    return { ok: false, code: "arguments_invalid", message: "the arguments are no JSON object" };
  const problems = judgeValue(tool.parameters, parsed.value);
  if (problems.length === 0) return { ok: true, arguments: parsed.value };
  return { ok: false, code: "arguments_invalid", message: problems.slice(0, 5).join("; ") };
}

function tooMany(max: number): Judged {
  return {
    ok: false,
    code: "agent_calls",
    message: `no more than ${max} calls may be made: answer with what there is`,
  };
}

/** The tool whose same call has failed too often; null when there is none. */
function stuckIn(rounds: readonly Round[]): string | null {
  const failures = new Map<string, number>();
  for (const { calls } of rounds) {
    for (const one of calls) {
      if (one.kind !== "ended" || one.result.ok) continue;
      const key = JSON.stringify([one.call.name, one.call.arguments]);
      const times = (failures.get(key) ?? 0) + 1;
      if (times >= SAME_FAILURES_MAX) return nameShown(one.call.name);
      failures.set(key, times);
    }
  }
  return null;
}

function textOf(result: ToolResult): string {
  const text = result.ok
    ? typeof result.output === "string"
      ? result.output
      : JSON.stringify(result.output)
    : JSON.stringify({ error: { code: result.code, message: result.message } });
  if (text.length <= RESULT_CHARACTERS_MAX) return text;
  const cut = text.slice(0, RESULT_CHARACTERS_MAX).toWellFormed();
  return `${cut}\n[cut off here: ${text.length - RESULT_CHARACTERS_MAX} characters more]`;
}

/** Providers refuse a conversation with names of other letters, which a model may have made up. */
function nameShown(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "_";
}
