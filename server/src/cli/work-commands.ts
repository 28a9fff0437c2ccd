import { addCredentialDelete } from "./credential-delete.ts";
import { addCredentialList } from "./credential-list.ts";
import { addCredentialSet } from "./credential-set.ts";
import { addExampleAdd } from "./example-add.ts";
import { addExampleList } from "./example-list.ts";
import { addFlowDelete } from "./flow-delete.ts";
import { addFlowList } from "./flow-list.ts";
import { addFlowPause } from "./flow-pause.ts";
import { addFlowPublish } from "./flow-publish.ts";
import { addFlowPull } from "./flow-pull.ts";
import { addFlowPush } from "./flow-push.ts";
import { addFlowRestore } from "./flow-restore.ts";
import { addFlowResume } from "./flow-resume.ts";
import { addFlowRun } from "./flow-run.ts";
import { addFlowTest } from "./flow-test.ts";
import { addFlowTrigger } from "./flow-trigger.ts";
import { addFlowVersions } from "./flow-versions.ts";
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
      addFlowPush,
      addFlowPull,
      addFlowPublish,
      addFlowVersions,
      addFlowRun,
      addFlowTest,
      addFlowTrigger,
      addFlowList,
      addFlowPause,
      addFlowResume,
      addFlowDelete,
      addFlowRestore,
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
