import { addAgentRun } from "./agent-run.ts";
import { addAgentShow } from "./agent-show.ts";
import { addCredentialDelete } from "./credential-delete.ts";
import { addCredentialList } from "./credential-list.ts";
import { addCredentialSet } from "./credential-set.ts";
import { AGENT, FLOW } from "./definition-noun.ts";
import { addExampleAdd } from "./example-add.ts";
import { addExampleList } from "./example-list.ts";
import { addDelete } from "./flow-delete.ts";
import { addList } from "./flow-list.ts";
import { addPause } from "./flow-pause.ts";
import { addPublish } from "./flow-publish.ts";
import { addPull } from "./flow-pull.ts";
import { addPush } from "./flow-push.ts";
import { addRestore } from "./flow-restore.ts";
import { addResume } from "./flow-resume.ts";
import { addFlowRun } from "./flow-run.ts";
import { addFlowTest } from "./flow-test.ts";
import { addFlowTrigger } from "./flow-trigger.ts";
import { addVersions } from "./flow-versions.ts";
import type { Group } from "./group.ts";
import { addRunCancel } from "./run-cancel.ts";
import { addRunEvent } from "./run-event.ts";
import { addRunList } from "./run-list.ts";
import { addRunResolve } from "./run-resolve.ts";
import { addRunRetry } from "./run-retry.ts";
import { addRunShow } from "./run-show.ts";
import { addRunTail } from "./run-tail.ts";
import { addVariableDelete } from "./variable-delete.ts";
import { addVariableList } from "./variable-list.ts";
import { addVariableSet } from "./variable-set.ts";

/** Commands for what is done: flows, runs, and what they need. */
export const WORK: readonly Group[] = [
  {
    name: "flow",
    summary: "flows: push, publish, run, test, …",
    commands: [
      addPush(FLOW),
      addPull(FLOW),
      addPublish(FLOW),
      addVersions(FLOW),
      addFlowRun,
      addFlowTest,
      addFlowTrigger,
      addList(FLOW),
      addPause(FLOW),
      addResume(FLOW),
      addDelete(FLOW),
      addRestore(FLOW),
    ],
  },
  {
    name: "agent",
    summary: "agents: push, publish, run, …",
    commands: [
      addPush(AGENT),
      addPull(AGENT),
      addPublish(AGENT),
      addVersions(AGENT),
      addAgentRun,
      addAgentShow,
      addList(AGENT),
      addPause(AGENT),
      addResume(AGENT),
      addDelete(AGENT),
      addRestore(AGENT),
    ],
  },
  {
    name: "run",
    summary: "runs: list, show, tail, cancel, retry, …",
    commands: [addRunList, addRunShow, addRunTail, addRunCancel, addRunRetry, addRunResolve, addRunEvent],
  },
  {
    name: "example",
    summary: "examples that come with Steward",
    commands: [addExampleList, addExampleAdd],
  },
  {
    name: "credential",
    summary: "secrets that steps and triggers name",
    commands: [addCredentialSet, addCredentialList, addCredentialDelete],
  },
  {
    name: "variable",
    summary: "plain values that flows read as vars",
    commands: [addVariableSet, addVariableList, addVariableDelete],
  },
];
