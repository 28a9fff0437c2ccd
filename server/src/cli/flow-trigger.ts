import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addFlowTriggerList } from "./flow-trigger-list.ts";
import { addFlowTriggerTest } from "./flow-trigger-test.ts";

export function addFlowTrigger(parent: Command, cli: Cli): void {
  const group = parent
    .command("trigger")
    .description("what starts a flow by itself: list, test")
    .usage("<command>")
    .helpCommand(false)
    .exitOverride();
  for (const add of [addFlowTriggerList, addFlowTriggerTest]) add(group, cli);
}
