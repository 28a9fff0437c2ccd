/** Runs one kind of step in tests as the engine does: compiles its fields, evaluates and checks its input, runs it. */
import { FlowFile, type Step } from "@steward/sdk";
import { compileTemplate, evaluateTemplate } from "../core/expression/template.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { EffectOutcome, EffectRequest, StepContext, StepKind, StepOutcome } from "../core/step-kind.ts";

export const NOW_MS = Date.parse("2026-03-29T00:00:00Z");

/** The first problem throws, as does an input that doesn't fit the schema, with field and message. */
export function tryKind(
  kind: StepKind,
  input: Record<string, unknown>,
  scope: JsonObject = {},
  more: Partial<Step> = {},
): StepOutcome {
  const { checked, prepared } = prepareKind(kind, input, scope, more);
  return kind.run(checked, contextOf(scope), prepared);
}

/** What a step makes of an effect's outcome; by default that of the first effect it asks for. */
export function concludeKind(
  kind: StepKind,
  input: Record<string, unknown>,
  outcome: EffectOutcome,
  performed: EffectRequest = effectOf(tryKind(kind, input)),
): StepOutcome {
  return kind.conclude!(prepareKind(kind, input, {}, {}).checked, outcome, performed);
}

export function effectOf(outcome: StepOutcome): EffectRequest {
  if (outcome.kind !== "effect") throw new Error(`no effect but ${JSON.stringify(outcome)}`);
  return outcome.effect;
}

function prepareKind(
  kind: StepKind,
  input: Record<string, unknown>,
  scope: JsonObject,
  more: Partial<Step>,
): { checked: unknown; prepared: unknown } {
  const step = {
    ...FlowFile.parse({ format: 1, name: "test", steps: [{ id: "tried", kind: kind.kind, input }] }).steps[0]!,
    ...more,
  };
  const deferred = Object.keys(kind.deferred?.shape ?? {});
  const names = [...Object.keys(scope), "trigger", "steps"];
  const compile = (value: Json | undefined, field: string, extra: readonly string[] = []) => {
    const { template, problems } = compileTemplate(value ?? null, field, [...names, ...extra]);
    if (problems[0]) throw new Error(`${problems[0].field}: ${problems[0].message}`);
    return template;
  };
  const eager = Object.fromEntries(
    Object.entries(step.input).filter(([name]) => !deferred.includes(name)),
  ) as JsonObject;
  const evaluated = evaluateTemplate(compile(eager, "input"), scope);
  if (!evaluated.ok) throw new Error(`${evaluated.field}: ${evaluated.message}`);
  const checked = kind.schema.safeParse(evaluated.value);
  if (!checked.success)
    throw new Error(checked.error.issues.map((one) => `${one.path.join(".")}: ${one.message}`).join("\n"));
  const prepared = kind.prepare?.(step, compile, (field, message) => {
    throw new Error(`${field}: ${message}`);
  });
  return { checked: checked.data, prepared };
}

export function contextOf(scope: JsonObject): StepContext {
  return {
    nowMs: NOW_MS,
    evaluate: (template, more) => evaluateTemplate(template, { ...scope, ...more }),
    scope: () => scope,
  };
}
