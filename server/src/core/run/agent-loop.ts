/** An agent's turn as the state of a run has it: from the records of its iterations to what comes next. */
import { ToolsOutput } from "@steward/sdk";
import { AgentInput, toldBy } from "../agent/agent-input.ts";
import {
  type AgentIteration,
  type AgentStep,
  type AgentTool,
  conversationOf,
  countsOf,
  nextOfAgent,
} from "../agent/agent-turn.ts";
import type { GraphStep } from "../flow/graph.ts";
import { invariant } from "../invariant.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { ModelMessage } from "../ports/models.ts";
import type { AgentLoop, Loop } from "./state.ts";

/** What an agent step has prepared: its tools. */
export interface PreparedAgent {
  readonly tools: ReadonlyMap<string, AgentTool>;
}

export function agentLoop(step: GraphStep, input: Json | undefined): AgentLoop {
  const { prepared, ask } = step;
  invariant(ask !== null && isPrepared(prepared), `step ${step.id} asks a model`);
  return { input: AgentInput.parse(input), tools: prepared.tools, ask, iterations: [], errors: new Map() };
}

export function nextOfLoop(loop: Loop, agent: AgentLoop): AgentStep {
  return nextOfAgent(turnOf(loop, agent));
}

export function messagesOfLoop(loop: Loop, agent: AgentLoop): readonly ModelMessage[] {
  return conversationOf(toldBy(agent.input), turnOf(loop, agent));
}

/** What the step yields: the last answer's words, or the value that they are, and how much it took. */
export function outputOfLoop(loop: Loop, agent: AgentLoop): Json {
  const at = agent.iterations.lastIndexOf(null);
  const last = loop.results[at];
  invariant(isJsonObject(last), "the model has answered");
  const { text, object, model } = last;
  const said: JsonObject = object === undefined ? { text: text ?? "" } : { object };
  return { ...said, by: "model", model: model ?? null, ...countsOf(turnOf(loop, agent)) };
}

function turnOf(loop: Loop, { input, tools, iterations, errors }: AgentLoop) {
  return {
    tools,
    limits: { maxTurns: input.maxTurns, maxCalls: input.maxCalls, parallel: input.parallel },
    iterations: iterations.map((call, index): AgentIteration => {
      const result = loop.results[index];
      if (call === null) return { kind: "think", result: result === undefined ? undefined : ToolsOutput.parse(result) };
      const error = errors.get(index);
      if (error !== undefined) return { kind: "tool", call, result: { ok: false, ...error } };
      return { kind: "tool", call, result: loop.frames.has(index) ? undefined : { ok: true, output: result ?? null } };
    }),
  };
}

function isPrepared(prepared: unknown): prepared is PreparedAgent {
  return typeof prepared === "object" && prepared !== null && "tools" in prepared && prepared.tools instanceof Map;
}
