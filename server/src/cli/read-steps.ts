import { type Client, listAll, type StepRecord } from "@steward/sdk";

/** How many step records of a run are shown unless more are asked for. */
export const STEPS_SHOWN = 200;

export interface ShownSteps {
  readonly items: readonly StepRecord[];
  /** True when there are more. */
  readonly more: boolean;
}

/** The first step records of a run, in order. */
export async function readSteps(client: Client, id: string, limit = STEPS_SHOWN): Promise<ShownSteps> {
  const found = await Array.fromAsync(listAll(client.listSteps, { id, limit: 100 }, { itemsMax: limit + 1 }));
  return { items: found.slice(0, limit), more: found.length > limit };
}
