import type { FlowFileInput } from "@steward/sdk";

export const ASK_SLUG = "approval-ask";
export const HEAR_SLUG = "approval-hear";

/** A provider that does not answer is asked again after 2 s, 8 s … 10 min, for two hours in all. */
const RETRY = { times: 16, delayMs: 2_000, factor: 4, delayMsMax: 600_000, jitter: 0.1 };

const ABOUT = {
  organization: "{{ trigger.body.organization }}",
  project: "{{ trigger.body.project }}",
  approval: "{{ trigger.body.approval }}",
};
const PLACE = {
  ...ABOUT,
  connection: "{{ trigger.body.connection }}",
  channel: "{{ trigger.body.channel }}",
  arguments: "{{ trigger.body.arguments }}",
};

/**
 * The installation's own flow that has an approval's message stand in a channel, and looks after it until the approval is
 * over: a decision changes the message at once by another run, and the end of its run within half of the approval's age.
 */
export const ASK_FLOW: FlowFileInput = {
  format: 1,
  name: "Approvals in channels",
  triggers: [],
  steps: [
    {
      id: "tell",
      kind: "approval_message",
      input: { ...PLACE, what: "ask" },
      retry: RETRY,
      timeoutMs: 60_000,
      ifUnknown: "repeat",
      next: ["watch"],
    },
    {
      id: "watch",
      kind: "while",
      input: { when: "{{ index === 0 ? steps.tell.open : item.open }}", max: 200 },
      steps: [
        {
          id: "pause",
          kind: "wait",
          input: { seconds: "{{ index === 0 ? steps.tell.lookAgainSeconds : item.lookAgainSeconds }}" },
          next: ["look"],
        },
        {
          id: "look",
          kind: "approval_message",
          input: { ...PLACE, what: "look" },
          retry: RETRY,
          timeoutMs: 60_000,
          ifUnknown: "repeat",
        },
      ],
    },
  ],
};

/** The one that hears what was pressed below such a message. */
export const HEAR_FLOW: FlowFileInput = {
  format: 1,
  name: "Answers in channels",
  triggers: [],
  steps: [
    {
      id: "hear",
      kind: "approval_message",
      input: {
        ...ABOUT,
        what: "hear",
        connection: "{{ trigger.body.connection }}",
        user: "{{ trigger.body.user }}",
        channel: "{{ trigger.body.channel }}",
        ts: "{{ trigger.body.ts }}",
        decision: "{{ trigger.body.decision }}",
        digest: "{{ trigger.body.digest }}",
      },
      retry: RETRY,
      timeoutMs: 60_000,
      ifUnknown: "repeat",
    },
  ],
};
