import type { FlowFile } from "@steward/sdk";
import { compileSlices, type CompiledFile } from "../core/flow/compile-flow.ts";
import { inTurns } from "../core/in-turns.ts";
import type { StepKinds } from "../core/step-kind.ts";

/** Steps and expressions compiled in one turn of the event loop: about 5 ms. */
const WORK_PER_TURN = 250;

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** Compiles a flow file, and lets others be answered while a large one is compiled. */
export function compileInTurns(file: FlowFile, kinds: StepKinds, turn = nextTurn): Promise<CompiledFile> {
  return inTurns(compileSlices(file, kinds), WORK_PER_TURN, turn);
}
