import type { ActionPerformer } from "./action.ts";

/** Stands for an action that this installation does not perform: a run of before may still ask for it. */
export const unavailable: ActionPerformer = {
  gather: () => null,
  checks: [
    {
      name: "action",
      judge: ({ call }) => ({
        code: "action_unavailable",
        message: `this installation does not perform ${call.effect.action}`,
      }),
    },
  ],
  facts: () => ({ host: null }),
  intentFacts: () => ({}),
  perform: async () => ({
    outcome: { kind: "refused", code: "action_unavailable", message: "this installation does not perform it" },
    facts: {},
  }),
};
