import type { Connector } from "@steward/sdk";
import type { CheckCode } from "../core/ports/code-runner.ts";
import type { StepKind, StepKinds } from "../core/step-kind.ts";
import { actionStep } from "./action.ts";
import { agentStep } from "./agent.ts";
import { approval } from "./approval.ts";
import { branch } from "./branch.ts";
import { codeStep } from "./code.ts";
import { each } from "./each.ts";
import { embed } from "./embed.ts";
import { fail } from "./fail.ts";
import { filter } from "./filter.ts";
import { flow } from "./flow.ts";
import { http } from "./http.ts";
import { map } from "./map.ts";
import { merge } from "./merge.ts";
import { model } from "./model.ts";
import { reply } from "./reply.ts";
import { set } from "./set.ts";
import { sql } from "./sql.ts";
import { wait } from "./wait.ts";
import { whileLoop } from "./while.ts";

/** Every kind of step by name, in the order in which they are documented: the only place that lists them. */
export function stepKinds(ports: {
  readonly checkCode: CheckCode;
  /** Whose actions there are; by default none. */
  readonly connectors?: readonly Connector[];
  /** For versions that were published before: what their actions take may have been narrowed since, and is told as they run. */
  readonly published?: boolean;
}): StepKinds {
  const kinds = [
    set,
    map,
    filter,
    branch,
    each,
    whileLoop,
    merge,
    flow,
    wait,
    approval,
    codeStep(ports.checkCode),
    http,
    actionStep(ports.connectors ?? [], ports.published),
    sql,
    model,
    embed,
    agentStep(ports.connectors ?? []),
    reply,
    fail,
  ] as readonly StepKind[];
  return new Map(kinds.map((one) => [one.kind, one]));
}
