/**
 * What a model has written, as far as a flow file tells: which fields of which steps hold its words, in part or whole.
 * A mark for people (PROMISES D9): where it can't be sure it marks. What was asked of others (an answer of HTTP, of a
 * provider, of a query) counts as theirs, even where a model chose the question.
 */

/** Kinds whose output is not made of their input. */
const OTHERS: ReadonlySet<string> = new Set(["http", "action", "sql", "embed", "approval", "wait"]);
const STEPS_MAX = 20_000;
const DEPTH_MAX = 64;
/** A loop's body may read what a later step gave the time before. */
const ROUNDS_MAX = 5;

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly fields: readonly (readonly [name: string, text: string])[];
  /** Ids of the loops around it. */
  readonly loops: readonly string[];
}

/** By a step's id, fields of its input as people are shown them (`shownInput`). Steps without such a field are left out. */
export function modelFields(file: unknown): ReadonlyMap<string, readonly string[]> {
  const steps = toldSteps(file);
  const sources = new Set(steps.filter(({ kind }) => kind === "model" || kind === "agent").map(({ id }) => id));
  const agents = new Set(steps.filter(({ kind }) => kind === "agent").map(({ id }) => id));
  const fields = new Map<string, readonly string[]>();
  if (sources.size === 0) return fields;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = sources.size;
    for (const { id, kind, fields: given, loops } of steps) {
      const inLoop = loops.some((loop) => fields.has(loop));
      const called = loops.some((loop) => agents.has(loop));
      const marked = given.filter(
        ([, text]) => reads(text, sources) || (inLoop && /\bitem\b/.test(text)) || (called && /\bcall\b/.test(text)),
      );
      if (marked.length === 0) continue;
      fields.set(
        id,
        marked.map(([name]) => name),
      );
      if (!OTHERS.has(kind)) sources.add(id);
    }
    if (sources.size === before) break;
  }
  return fields;
}

/** Whether the text names the output of one of these steps: `steps.draft.text`, `steps["draft"]`. */
function reads(text: string, sources: ReadonlySet<string>): boolean {
  for (const [, dotted, quoted] of text.matchAll(
    /\bsteps\s*(?:\?\s*)?(?:\.\s*([\w$]+)|\.?\[\s*\\?["'`]([^"'`\\\]]+))/g,
  ))
    if (sources.has(dotted ?? quoted ?? "")) return true;
  return false;
}

function toldSteps(file: unknown): readonly Told[] {
  const told: Told[] = [];
  const visit = (steps: unknown, loops: readonly string[]): void => {
    if (!Array.isArray(steps) || loops.length > DEPTH_MAX) return;
    for (const step of steps) {
      if (told.length >= STEPS_MAX || !isRecord(step) || typeof step["id"] !== "string") continue;
      const { id, kind, input, steps: body } = step;
      const fields = Object.entries(shownInput(kind, input)).map(([name, value]) => [name, textOf(value)] as const);
      told.push({ id, kind: typeof kind === "string" ? kind : "", fields, loops });
      visit(body, [...loops, id]);
    }
  };
  if (isRecord(file)) visit(file["steps"], []);
  return told;
}

/** The fields as people are shown them: of an action its arguments, of a question what it shows beside the message. */
function shownInput(kind: unknown, input: unknown): Record<string, unknown> {
  if (!isRecord(input)) return {};
  const { arguments: given, show, ...rest } = input;
  if (kind === "action") return isRecord(given) ? given : { arguments: given };
  if (kind === "approval" && isRecord(show)) return { ...rest, ...show };
  return input;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
