/** What a flow file says about its steps, as far as a timeline needs it: name, kind, and the loops around each. Pure. */

import { modelFields, type StepRecord } from "@steward/sdk";
import { visible } from "../../visible.ts";

interface StepShape {
  readonly name: string;
  readonly kind: string;
  /** Ids of the loops around the step, outermost first; their iterations are the record's `path`. */
  readonly loops: readonly string[];
  /** Its place in the file, for what began at the same moment. */
  readonly order: number;
  /** How many steps its body has; 0 for what is no loop. */
  readonly body: number;
  /** Fields of its input that a model has written, in part or whole. */
  readonly byModel: readonly string[];
}

export type Structure = ReadonlyMap<string, StepShape>;

const STEPS_MAX = 20_000;
const DEPTH_MAX = 64;

/** The structure of a published version. What doesn't look like a step is left out: an old page may meet a newer file. */
export function structureOf(file: unknown): Structure {
  const structure = new Map<string, StepShape>();
  const byModel = modelFields(file);
  const visit = (steps: unknown, loops: readonly string[]): void => {
    if (!Array.isArray(steps) || loops.length > DEPTH_MAX) return;
    for (const step of steps) {
      if (structure.size >= STEPS_MAX || !isRecord(step) || typeof step["id"] !== "string") continue;
      const { id, kind, name, steps: body } = step;
      structure.set(id, {
        name: typeof name === "string" && name !== "" ? name : id,
        kind: typeof kind === "string" ? kind : "",
        loops,
        order: structure.size,
        body: Array.isArray(body) ? body.length : 0,
        byModel: byModel.get(id) ?? [],
      });
      visit(body, [...loops, id]);
    }
  };
  if (isRecord(file)) visit(file["steps"], []);
  return structure;
}

/** What a person calls the step of a record, with its place in the loops around it: `Charge the card[3]`. */
export function recordName({ step, path }: Pick<StepRecord, "step" | "path">, structure: Structure): string {
  return visible(structure.get(step)?.name ?? step) + path.map((at) => `[${at}]`).join("");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
