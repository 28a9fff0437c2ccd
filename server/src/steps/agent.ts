import type { Connector, Step } from "@steward/sdk";
import { TOOL_NAME, TOOLS_MAX } from "@steward/sdk";
import { parametersOfAction } from "../core/agent/action-parameters.ts";
import { AgentInput } from "../core/agent/agent-input.ts";
import type { AgentTool } from "../core/agent/agent-turn.ts";
import type { JsonObject } from "../core/json.ts";
import { checkSchema } from "../core/models/json-schema.ts";
import type { PreparedAgent } from "../core/run/agent-loop.ts";
import type { StepKind } from "../core/step-kind.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import { think } from "./think.ts";

const NOTHING: JsonObject = { type: "object", properties: {}, additionalProperties: false };

/** Lets a model choose steps: each of its own steps is a tool. */
export function agentStep(connectors: readonly Connector[]): StepKind<AgentInput, PreparedAgent> {
  return {
    kind: "agent",
    title: "Agent",
    summary:
      "Lets a model work with tools: each of its own steps is one, by its id, with its note as description, its parameters as what it takes, and call as the arguments the model gave; index is its number in the turn. The output is { text, by, model, turns, calls }, with a schema object in place of text. A tool that fails is told to the model.",
    schema: AgentInput,
    example: {
      connection: "claude",
      model: "claude-haiku-5-5",
      instructions: "Answer questions about orders. Look them up first.",
      prompt: "{{ trigger.body.text }}",
    },
    body: { names: ["call", "index"] },
    asks: think,
    ports: () => ["out"],
    prepare(step, _compile, problem) {
      const tools = new Map<string, AgentTool>();
      for (const [at, one] of (step.steps ?? []).entries()) {
        const field = `steps[${at}]`;
        const parameters = parametersOf(connectors, one);
        for (const { message } of checkSchema(parameters)) problem(`${field}.parameters`, message);
        if (parameters["type"] !== "object") problem(`${field}.parameters`, "a tool takes an object: give its schema");
        if (!TOOL_NAME.test(one.id)) problem(`${field}.id`, "a tool's id has at most 64 letters");
        const next = Array.isArray(one.next) ? one.next : Object.values(one.next).flat();
        if (next.length > 0) problem(`${field}.next`, "a tool is one step: put several into a flow of their own");
        tools.set(one.id, { name: one.id, description: one.note ?? one.name ?? one.id, parameters });
      }
      if (tools.size > TOOLS_MAX) problem("steps", `an agent has at most ${TOOLS_MAX} tools`);
      return { tools };
    },
    run: (input) => ({ kind: "agent", input: plainArguments(input) }),
  };
}

/** As written, else an action's own where the model gives all of its arguments. */
function parametersOf(connectors: readonly Connector[], step: Step): JsonObject {
  if (step.parameters !== undefined) return step.parameters;
  const { action: id, arguments: given } = step.input;
  if (step.kind !== "action" || typeof id !== "string" || typeof given !== "string") return NOTHING;
  if (!/^\{\{\s*call\s*\}\}$/.test(given)) return NOTHING;
  const [connector = "", name = ""] = id.split(".");
  const action = connectors.find((one) => one.id === connector)?.actions[name];
  return action === undefined ? NOTHING : parametersOfAction(action);
}
