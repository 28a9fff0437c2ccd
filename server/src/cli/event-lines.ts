import type { FlowEvent } from "@steward/sdk";
import { timeText } from "./terminal/words.ts";

const STATUS: Readonly<Record<FlowEvent["status"], string>> = {
  starting: "is being looked at",
  active: "active",
  by_hand: "waits for you to tell the provider",
  paused: "paused",
  failing: "failing",
};
const WHY: Readonly<Record<string, string>> = {
  flow_paused: "the flow is paused",
  not_granted: "no grant allows it",
  disconnected: "its connection is not there",
  reauth_required: "its connection must be connected again",
  not_available: "its connection does not cover it, connect it again with more rights",
  invalid: "it can't be asked for",
};

/** Triggers of connectors and how they stand; what is to be done by hand, step by step. */
export function eventLines(events: readonly FlowEvent[]): string[] {
  return events.flatMap((one) => {
    const why = one.why === null ? "" : `: ${WHY[one.why] ?? one.why}`;
    const next = one.status === "failing" && one.nextAt !== null ? `, again at ${timeText(one.nextAt)}` : "";
    return [
      `event ${one.trigger}  ${one.event} by ${one.connection}  ${STATUS[one.status]}${why}${next}`,
      ...(one.error === null ? [] : [`  ${one.error}`]),
      ...(one.status === "by_hand" ? [`  ${one.url}`, ...one.steps.map((step, at) => `  ${at + 1}. ${step}`)] : []),
    ];
  });
}
