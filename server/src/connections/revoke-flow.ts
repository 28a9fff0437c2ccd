import type { FlowFileInput } from "@steward/sdk";

export const REVOKE_SLUG = "revoke";

/**
 * The installation's own flow that has one connection's tokens revoked at its provider. What fails for now is tried again
 * after 1 min, 2 min, 4 min … 12 h: seven days in all, and the gate asks for nothing whose time is over.
 */
export const REVOKE_FLOW: FlowFileInput = {
  format: 1,
  name: "Revocation at providers",
  triggers: [],
  steps: [
    {
      id: "revoke",
      kind: "revoke",
      input: {
        organization: "{{ trigger.body.organization }}",
        project: "{{ trigger.body.project }}",
        revocation: "{{ trigger.body.revocation }}",
      },
      retry: { times: 20, delayMs: 60_000, factor: 2, delayMsMax: 43_200_000, jitter: 0.1 },
      timeoutMs: 60_000,
      ifUnknown: "repeat",
    },
  ],
};
