import { AgentFile, FlowFile, type Step } from "@steward/sdk";
import type { z } from "zod";
import { AppError } from "../core/errors.ts";
import { measureJson } from "../core/parse-json.ts";
import { describeIssues, type FieldIssue } from "./describe-issues.ts";
import { positionAt, positionsIn, type Position } from "./line-of.ts";
import { scanJson, type VisitField } from "./scan-json.ts";
import { scanYaml } from "./scan-yaml.ts";

const FILE_BYTES_MAX = 5_242_880;
/** YAML takes 2 s for each MB, one made to take long five times as much; JSON takes 0.02 s. */
const YAML_BYTES_MAX = 262_144;
const DEPTH_MAX = 128;
const STEPS_MAX = 5000;
const ISSUES_MAX = 50;
/** Fields, items and characters of a value, aliases expanded. */
const SIZE_MAX = 10_000_000;

/** What `flow_invalid` says about one thing that is wrong. */
export interface FlowFileIssue extends Position {
  readonly field: string;
  readonly message: string;
}

interface Parsed {
  readonly value: unknown;
  readonly visitFields: (visit: VisitField) => void;
}

/**
 * The flow file in a text, with its defaults filled in. `mediaType` is that of the request: JSON or
 * YAML, JSON when empty. Throws `flow_invalid` with `line`, `column` and `field` of the first thing
 * that is wrong and `issues` of up to 50; `media_type_unsupported`; `body_too_large` above 5 MB, in
 * YAML above 256 KB.
 */
export function readFlowFile(content: string | Uint8Array, mediaType: string): { readonly file: FlowFile } {
  const { text, parsed, file } = readAs(FlowFile, content, mediaType);
  const count = countSteps(file.steps);
  if (count > STEPS_MAX) {
    throw refusal(
      text,
      [
        {
          field: "steps",
          message: `${count} steps, counting nested ones, are more than ${STEPS_MAX}: move some to sub-flows`,
        },
      ],
      parsed,
    );
  }
  return { file };
}

/** The same of an agent file. */
export function readAgentFile(content: string | Uint8Array, mediaType: string): { readonly file: AgentFile } {
  return { file: readAs(AgentFile, content, mediaType).file };
}

function readAs<Schema extends z.ZodType>(schema: Schema, content: string | Uint8Array, mediaType: string) {
  const text = textOf(content);
  const parsed = languageOf(mediaType) === "yaml" && !looksLikeJson(text) ? parseYaml(text) : parseJsonFile(text);
  refuseUnsafe(text, parsed);
  const result = schema.safeParse(parsed.value);
  if (!result.success) throw refusal(text, describeIssues(result.error.issues, ISSUES_MAX), parsed);
  return { text, parsed, file: result.data };
}

function textOf(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
  if (bytes > FILE_BYTES_MAX)
    throw new AppError(
      "body_too_large",
      `a flow file has at most ${FILE_BYTES_MAX} bytes, this has ${bytes}: move steps to sub-flows`,
    );
  try {
    return typeof content === "string"
      ? content.replace(/^\uFEFF/, "")
      : new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new AppError("flow_invalid", "the flow file is not UTF-8: save it as UTF-8", {
      line: 1,
      column: 1,
      field: "",
    });
  }
}

function languageOf(mediaType: string): "json" | "yaml" {
  const essence = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  if (essence === "" || /^application\/(?:[\w.-]+\+)?json$/.test(essence)) return "json";
  if (/^(?:application|text)\/(?:[\w.-]+\+|x-)?yaml$/.test(essence)) return "yaml";
  throw new AppError(
    "media_type_unsupported",
    `a flow file is sent as application/json or application/yaml, not as ${essence.slice(0, 100)}`,
  );
}

function looksLikeJson(text: string): boolean {
  return /^\s*\{/.test(text) && scanJson(text) === null;
}

function parseJsonFile(text: string): Parsed {
  const { depth, fields } = measureJson(text);
  if (depth > DEPTH_MAX) throw tooDeep();
  const visitFields = (visit: VisitField) => void scanJson(text, visit);
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse keeps the last of two fields of one name; fewer fields than colons tell that it did.
    if (measure(value, 0).fields === fields) return { value, visitFields };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const fault = scanJson(text) ?? { offset: 0, field: "", message: "the text is not JSON" };
  throw flowInvalid([{ ...positionAt(text)(fault.offset), field: fault.field, message: fault.message }]);
}

function parseYaml(text: string): Parsed {
  if (Buffer.byteLength(text) > YAML_BYTES_MAX) {
    throw new AppError(
      "body_too_large",
      `a flow file in YAML has at most ${YAML_BYTES_MAX} bytes: send it as JSON, which may have ${FILE_BYTES_MAX}`,
    );
  }
  if (nestingBound(text) > DEPTH_MAX) throw tooDeep();
  const { faults, value, visitFields } = scanYaml(text);
  if (faults.length > 0) {
    const position = positionAt(text);
    throw flowInvalid(
      faults.slice(0, ISSUES_MAX).map((one) => ({ ...position(one.offset), field: "", message: one.message })),
    );
  }
  return { value, visitFields };
}

function tooDeep(): AppError {
  return flowInvalid([
    { line: 1, column: 1, field: "", message: `fields are nested more than ${DEPTH_MAX} deep: flatten them` },
  ]);
}

/** Refuses `__proto__` as a name anywhere, and what only aliases make large or endless. */
function refuseUnsafe(text: string, parsed: Parsed): void {
  const { depth, size, proto } = measure(parsed.value, 0);
  if (depth > DEPTH_MAX) throw tooDeep();
  if (size > SIZE_MAX)
    throw flowInvalid([
      { line: 1, column: 1, field: "", message: "aliases (*name) multiply too much: write the values out" },
    ]);
  if (!proto) return;
  const issues: FieldIssue[] = [];
  parsed.visitFields((field, _offset, name) => {
    if (name === "__proto__" && issues.length < ISSUES_MAX)
      issues.push({ field, message: "no field can have the name __proto__: use another" });
  });
  throw refusal(text, issues, parsed);
}

interface Measure {
  readonly depth: number;
  readonly fields: number;
  readonly size: number;
  readonly proto: boolean;
}

/** Walks a value until it is found to be too deep or too large, so that circles end too. */
function measure(value: unknown, from: number): Measure {
  const work: { value: unknown; depth: number }[] = [{ value, depth: from }];
  let [depth, fields, size, proto] = [0, 0, 0, false];
  for (let one = work.pop(); one !== undefined && depth <= DEPTH_MAX && size <= SIZE_MAX; one = work.pop()) {
    size++;
    if (typeof one.value === "string") size += one.value.length;
    if (typeof one.value !== "object" || one.value === null) continue;
    depth = Math.max(depth, one.depth + 1);
    if (Array.isArray(one.value)) {
      for (const item of one.value) work.push({ value: item, depth: one.depth + 1 });
      continue;
    }
    for (const [name, inner] of Object.entries(one.value)) {
      fields++;
      size += name.length;
      proto ||= name === "__proto__";
      work.push({ value: inner, depth: one.depth + 1 });
    }
  }
  return { depth, fields, size, proto };
}

/** At least as deep as a YAML text nests: brackets open at once, dashes and question marks in a line, and indentation. */
function nestingBound(text: string): number {
  let deepest = 0;
  let brackets = 0;
  for (const line of text.split("\n")) {
    const indent = /^[ ]*(?:[-?:][ \t]+)*/.exec(line)![0].length;
    for (const one of line.match(/[[\]{}]/g) ?? []) {
      brackets = one === "[" || one === "{" ? brackets + 1 : Math.max(0, brackets - 1);
      deepest = Math.max(deepest, brackets);
    }
    deepest = Math.max(deepest, Math.ceil(indent / 2));
  }
  return deepest;
}

function countSteps(steps: readonly Step[]): number {
  return steps.reduce((count, step) => count + 1 + countSteps(step.steps ?? []), 0);
}

function refusal(text: string, issues: readonly FieldIssue[], parsed: Parsed): AppError {
  const position = positionsIn(
    text,
    issues.map((one) => one.field),
    parsed.visitFields,
  );
  return flowInvalid(issues.map((one) => ({ ...position(one.field), ...one })));
}

function flowInvalid(issues: readonly FlowFileIssue[]): AppError {
  const { line, column, field, message } = issues[0]!;
  const where = field === "" ? `line ${line}` : `line ${line}, ${field}`;
  return new AppError("flow_invalid", `${where}: ${message}`, { line, column, field, issues });
}
