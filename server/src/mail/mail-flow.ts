import type { FlowFileInput } from "@steward/sdk";

export const MAIL_SLUG = "mail";

/**
 * The installation's own flow that sends one message. It is part of the program: published by it at each start, into a
 * project that nobody enters, where a file that means the same is the same version. What fails for now is tried again
 * after 30 s, 1 min, 2 min … 2 h, for 24 hours in all; the gate sends nothing whose life is over.
 */
export const MAIL_FLOW: FlowFileInput = {
  format: 1,
  name: "Mail of the installation",
  triggers: [],
  steps: [
    {
      id: "send",
      kind: "mail",
      input: { message: "{{ trigger.body.message }}", template: "{{ trigger.body.template }}" },
      retry: { times: 19, delayMs: 30_000, factor: 2, delayMsMax: 7_200_000, jitter: 0.1 },
      timeoutMs: 60_000,
      ifUnknown: "repeat",
    },
  ],
};
