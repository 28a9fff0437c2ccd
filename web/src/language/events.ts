/** Words of what happens at providers and starts runs. */
import type { FlowEvent } from "@steward/sdk";

const status: Record<FlowEvent["status"], string> = {
  starting: "Being looked at",
  active: "Active",
  by_hand: "Tell the provider",
  paused: "Paused",
  failing: "Failing",
};

/** Codes that are not here are shown as they are, with the provider’s words. */
const why: Readonly<Record<string, string>> = {
  flow_paused: "The flow is paused.",
  not_granted: "No grant allows it.",
  disconnected: "Its connection is not there.",
  reauth_required: "Its connection must be connected again.",
  not_available: "Its connection does not cover it. Connect it again with more rights.",
  invalid: "It can’t be asked for.",
};

export const events = {
  title: "Events",
  status,
  why: (code: string) => why[code] ?? code,
  by: "by",
  last: "Heard",
  next: "Asked again",
  refused: (count: number) => (count === 1 ? "1 delivery was refused" : `${count} deliveries were refused`),
  address: "Address",
  steps: "What to do at the provider",
  connection: (slug: string) => `Open the connection ${slug}`,
  test: "Test",
  testOf: (trigger: string) => `Test the trigger ${trigger}`,
  testing: "Asking the provider",
  nothing: "Nothing new. One looks like this:",
  found: "Still to come, nothing was started:",
  data: (trigger: string) => `What ${trigger} brings`,
  notAsked: (message: string) => `It could not be asked: ${message}`,
} as const;
