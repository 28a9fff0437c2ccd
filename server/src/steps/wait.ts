import { z } from "zod";
import type { StepKind } from "../core/step-kind.ts";

/** 366 days. */
const SECONDS_MAX = 31_622_400;
const HOW = "give exactly one of seconds, until and event";
const MOMENT = 'give a moment with its offset ("2026-03-29T02:30:00+02:00" or "…Z") or milliseconds since 1970 UTC';

const Input = z
  .strictObject({
    seconds: z.number().min(0).max(SECONDS_MAX).optional().describe("How long, at most 366 days."),
    until: z
      .union([z.iso.datetime({ offset: true, error: MOMENT }), z.int().min(0).max(8.64e15)], { error: MOMENT })
      .optional()
      .describe(
        "Until when: ISO 8601 with offset or Z, or milliseconds since 1970 UTC. A moment that has passed does not wait.",
      ),
    event: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("The name of an event, sent to the run by the API. An event that came before counts."),
    timeoutSeconds: z
      .number()
      .min(0)
      .max(SECONDS_MAX)
      .optional()
      .describe("How long to wait for the event at most, 366 days; then the step fails as wait_timeout."),
    question: z.string().min(1).max(20_000).optional().describe("What is asked of the person who sends the event."),
    options: z.array(z.string().min(1).max(1_000)).max(50).optional().describe("Answers to choose from."),
  })
  .superRefine((it, context) => {
    const given = [it.seconds, it.until, it.event].filter((one) => one !== undefined).length;
    if (given !== 1) context.addIssue({ code: "custom", message: HOW });
    else if (it.timeoutSeconds !== undefined && it.event === undefined) {
      context.addIssue({
        code: "custom",
        path: ["timeoutSeconds"],
        message: "only a wait for an event has a timeout: remove it",
      });
    } else if (it.question !== undefined && it.event === undefined) {
      context.addIssue({
        code: "custom",
        path: ["question"],
        message: "only a wait for an event asks something: remove it",
      });
    }
  });

/** Waits without holding anything but a row. The output is null, or the event's data. */
export const wait: StepKind<z.output<typeof Input>> = {
  kind: "wait",
  title: "Wait",
  summary:
    "Waits for a time, until a moment or for an event; the run survives restarts meanwhile. The output is the event's data, or null.",
  schema: Input,
  example: { event: "approved", timeoutSeconds: 86_400 },
  ports: () => ["out"],
  run(input, context) {
    const { seconds, until, event, timeoutSeconds } = input;
    if (event !== undefined) {
      const timeoutMs = timeoutSeconds === undefined ? null : Math.round(timeoutSeconds * 1000);
      return { kind: "wait", dueMs: null, event, timeoutMs };
    }
    const dueMs = until === undefined ? context.nowMs + Math.round((seconds ?? 0) * 1000) : momentOf(until);
    return { kind: "wait", dueMs, event: null, timeoutMs: null };
  },
};

function momentOf(until: string | number): number {
  return typeof until === "number" ? until : Date.parse(until);
}
