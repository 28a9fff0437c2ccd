/** Turns an agent file into the flow that runs it: one agent step, and a step for each of its tools. */
import { type Action, type AgentFile, type Connector, type FlowFile, FlowFile as FlowFileSchema } from "@steward/sdk";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { checkSchema } from "../models/json-schema.ts";
import { isTimeZone } from "../schedule.ts";
import { parametersOfAction } from "./action-parameters.ts";

/** What there is of the project's own for an agent to call. */
export interface Callable {
  readonly slug: string;
  readonly kind: "flow" | "agent";
  readonly name: string;
  readonly description: string | null;
  /** The JSON Schema of what it is given; null where it does not say. */
  readonly input: JsonObject | null;
}

export interface AgentProblem {
  /** As in `tools[2]`. */
  readonly field: string;
  readonly message: string;
}

interface Tool {
  /** What it is, whichever pattern names it. */
  readonly what: string;
  readonly id: string;
  readonly kind: string;
  readonly note: string;
  readonly input: JsonObject;
  readonly parameters: JsonObject;
}

const ANY: JsonObject = { type: "object" };
const AGENT_STEP = "turn";
/** Characters of one expression of a literal; each is six at most when it is written, of the language's 10,000. */
const LITERAL_CHARACTERS = 1_500;
/** As steps are named. */
const ID_CHARACTERS_MAX = 63;

/** Of a message, the message; of what else came, its text. Only a person or the API may give more than one message. */
const MESSAGES =
  "{{ trigger.method === null && Array.isArray(trigger.body?.messages)" +
  " ? trigger.body.messages.filter((one) => one?.role === 'user' || one?.role === 'assistant')" +
  " : [{ role: 'user', text: (typeof trigger.body === 'string' ? trigger.body" +
  " : typeof trigger.body?.message === 'string' && Object.keys(trigger.body).length === 1 ? trigger.body.message" +
  " : (trigger.body ?? null) === null ? '' : JSON.stringify(trigger.body)) || 'Begin.' }] }}";
const WHOLE_BODY = "{{ [{ role: 'user', text: JSON.stringify(trigger.body ?? null) }] }}";

export interface CompiledAgent {
  readonly flow: FlowFile;
  /** What keeps the file from being published. */
  readonly problems: readonly AgentProblem[];
  /** The field of the agent file from which a field of the flow was made. */
  readonly fieldOf: (field: string) => string;
}

export function compileAgent(
  file: AgentFile,
  {
    slug,
    connectors,
    callables,
  }: {
    readonly slug: string;
    readonly connectors: readonly Connector[];
    readonly callables: readonly Callable[];
  },
): CompiledAgent {
  const problems: AgentProblem[] = [];
  const tools = new Map<string, Tool & { readonly at: number }>();
  for (const [at, pattern] of file.tools.entries()) {
    const problem = (message: string): void => void problems.push({ field: `tools[${at}]`, message });
    for (const tool of toolsOf(file, slug, pattern, connectors, callables, problem)) {
      const other = tools.get(tool.id);
      if (other === undefined) tools.set(tool.id, { ...tool, at });
      else if (other.what !== tool.what)
        problem(`${tool.what} and ${other.what} would both be called ${tool.id}: leave one of them out`);
    }
  }
  problems.push(...problemsBeside(file));
  return { flow: flowOf(file, [...tools.values()]), problems, fieldOf: (field) => fieldOf(field, [...tools.values()]) };
}

/** What the compiler of flows would find in no field of its own. */
function problemsBeside({ identity, output, model }: AgentFile): readonly AgentProblem[] {
  const problems: AgentProblem[] = [];
  const { timeZone } = identity ?? {};
  if (timeZone !== undefined && !isTimeZone(timeZone))
    problems.push({
      field: "identity.timeZone",
      message: `there is no time zone "${timeZone}": use a name such as Europe/Berlin, or UTC`,
    });
  for (const { at, message } of output === undefined ? [] : checkSchema(output))
    problems.push({ field: at === "" ? "output" : `output.${at}`, message });
  const models = [model, ...model.fallbacks].map((one) => `${one.connection} ${one.model}`);
  if (new Set(models).size < models.length)
    problems.push({ field: "model.fallbacks", message: "name each connection and model once, and none is the first" });
  return problems;
}

function flowOf(file: AgentFile, tools: readonly Tool[]): FlowFile {
  const { name, role, model, limits, input, output, triggers } = file;
  return FlowFileSchema.parse({
    format: 1,
    name,
    ...(role === undefined ? {} : { description: role }),
    ...(input === undefined ? {} : { input }),
    triggers,
    timeoutMs: limits.seconds * 1000,
    steps: [
      {
        id: AGENT_STEP,
        kind: "agent",
        input: {
          connection: model.connection,
          model: model.model,
          fallbacks: model.fallbacks,
          maxOutputTokens: model.maxOutputTokens,
          ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
          ...(output === undefined ? {} : { schema: literalIn(output) }),
          instructions: instructionsOf(file),
          messages: input === undefined ? MESSAGES : WHOLE_BODY,
          maxTurns: limits.turns,
          maxCalls: limits.calls,
          parallel: limits.parallel,
        },
        steps: tools.map(({ id, kind, note, input: given, parameters }) => ({
          id,
          kind,
          note: note.slice(0, 2000).toWellFormed(),
          input: given,
          parameters,
        })),
        retry: { times: 3 },
      },
    ],
  });
}

/** Where the compiler of flows found something: `steps[0].steps[2].input` is of the pattern that gave the third tool. */
function fieldOf(field: string, tools: readonly { readonly at: number }[]): string {
  const own = /^steps\[0\]\.steps\[(\d+)\]/.exec(field)?.[1];
  if (own !== undefined) return `tools[${tools[Number(own)]?.at ?? 0}]`;
  if (field.startsWith("steps[0].steps")) return "tools";
  const given = /^steps\[0\]\.input\.(\w+)(.*)$/.exec(field);
  if (given === null) return field.startsWith("steps") ? "" : field;
  const [, name = "", rest = ""] = given;
  if (name === "schema") return `output${rest}`;
  if (name === "instructions") return name;
  return (
    { messages: "input", maxTurns: "limits.turns", maxCalls: "limits.calls", parallel: "limits.parallel" }[name] ??
    `model.${name}${rest}`
  );
}

/** Text that holds no expression, whatever it holds. */
function literal(text: string): string {
  if (!text.includes("{{")) return text;
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += LITERAL_CHARACTERS)
    pieces.push(`{{ ${JSON.stringify(text.slice(at, at + LITERAL_CHARACTERS))} }}`);
  return pieces.join("");
}

/** The same of every text in a value; names of fields are never expressions. */
function literalIn(value: Json): Json {
  if (typeof value === "string") return literal(value);
  if (Array.isArray(value)) return value.map(literalIn);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, literalIn(one)]));
}

/** What the model is told of itself; the same for the same turn, whenever it is evaluated. */
function instructionsOf({ name, role, identity, instructions }: AgentFile): string {
  const { displayName, title, bio, tone, responsibilities = [], signature, timeZone } = identity ?? {};
  const lines = [
    `You are ${displayName ?? name}${title === undefined ? "" : `, ${title}`}.`,
    role === undefined ? null : `Your role: ${role}`,
    bio ?? null,
    responsibilities.length === 0 ? null : `You answer for:\n${responsibilities.map((one) => `- ${one}`).join("\n")}`,
    tone === undefined ? null : `How you write: ${tone}`,
    signature === undefined ? null : `Letters you write end with:\n${signature}`,
    instructions === "" ? null : instructions,
  ];
  const told = literal(lines.filter((line) => line !== null).join("\n\n"));
  if (timeZone === undefined || !isTimeZone(timeZone)) return told;
  const zone = JSON.stringify(timeZone);
  const now = `{{ Date.format(run.startedAt, { timeZone: ${zone}, dateStyle: "full", timeStyle: "short" }) }}`;
  return `${told}\n\nThis began on ${now} (${timeZone}).`;
}

function toolsOf(
  file: AgentFile,
  slug: string,
  pattern: string,
  connectors: readonly Connector[],
  callables: readonly Callable[],
  problem: (message: string) => void,
): readonly Tool[] {
  if (pattern === "ask") return [ASK];
  if (pattern === "wait") return [WAIT];
  const [, kind, wanted] = /^(flow|agent):(.+)$/.exec(pattern) ?? [];
  if (kind !== undefined && wanted !== undefined) {
    const found = callables.filter(
      (one) => one.kind === kind && one.slug !== slug && (wanted === "*" || one.slug === wanted),
    );
    if (found.length === 0 && wanted !== "*") problem(`there is no published ${kind} "${wanted}"`);
    return found.map(callTool);
  }
  const [id = "", name = ""] = pattern.split(".");
  const connector = connectors.find((one) => one.id === id);
  if (connector === undefined) {
    problem(`there is no connector "${id}"`);
    return [];
  }
  const found = Object.entries(connector.actions).filter(([own]) => name === "*" || own === name);
  if (found.length === 0) problem(`${connector.title} has no action "${pattern}"`);
  const connection = file.connections[id];
  if (connection === undefined)
    problem(`say in connections with which connection ${connector.title}'s actions are done`);
  return found.map(([own, action]) => actionTool(`${id}.${own}`, action, connection ?? "me"));
}

function actionTool(id: string, action: Action, connection: string): Tool {
  const { title, summary, class: does } = action;
  const said = summary || title;
  return {
    what: id,
    id: idOf(id.replace(".", "_")),
    kind: "action",
    note: does === "read" ? said : `${said} It may need a person's approval.`,
    input: { action: id, connection, arguments: "{{ call }}" },
    parameters: parametersOfAction(action),
  };
}

function callTool({ kind, slug, name, description, input }: Callable): Tool {
  const takes = input !== null && input["type"] === "object" ? input : kind === "agent" ? MESSAGE : ANY;
  return {
    what: `${kind}:${slug}`,
    id: idOf(`${kind}_${slug.replaceAll("-", "_")}`),
    kind: "flow",
    note: description ?? name,
    input: { flow: slug, input: "{{ call }}" },
    parameters: takes,
  };
}

function idOf(text: string): string {
  return text.slice(0, ID_CHARACTERS_MAX);
}

const MESSAGE: JsonObject = {
  type: "object",
  properties: { message: { type: "string", description: "What it is to do, with all that it needs to know." } },
  required: ["message"],
  additionalProperties: false,
};

const ASK: Tool = {
  what: "ask",
  id: "ask_person",
  kind: "wait",
  note: "Asks the person a question and waits for the answer. Use it when you need to know something only they know.",
  // Each question is answered by an event of its own: several may be asked at once.
  input: {
    event: "answer-{{ index }}",
    question: "{{ call.question }}",
    options: "{{ call.options }}",
    timeoutSeconds: 604_800,
  },
  parameters: {
    type: "object",
    properties: {
      question: { type: "string", minLength: 1, maxLength: 20_000 },
      options: {
        type: "array",
        items: { type: "string", minLength: 1, maxLength: 1_000 },
        maxItems: 50,
        description: "Answers to choose from, where there are some.",
      },
    },
    required: ["question"],
    additionalProperties: false,
  },
};

const WAIT: Tool = {
  what: "wait",
  id: "wait",
  kind: "wait",
  note: "Waits for so many seconds.",
  input: { seconds: "{{ call.seconds }}" },
  parameters: {
    type: "object",
    properties: { seconds: { type: "integer", minimum: 0, maximum: 2_592_000 } },
    required: ["seconds"],
    additionalProperties: false,
  },
};
