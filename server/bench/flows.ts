/** The flows that are measured. */
import type { FlowFileInput } from "@steward/sdk";

const HOOK = { id: "in", kind: "webhook", reply: "step" } as const;

/** What every webhook of W1 to W3, and the echo, is sent. */
export const BODY = '{"id":"1","name":"ada","n":42}';

/** Webhook → set → reply. */
export const W1: FlowFileInput = {
  format: 1,
  name: "W1",
  triggers: [HOOK],
  steps: [
    {
      id: "shape",
      kind: "set",
      input: { name: "{{ trigger.body.name }}", n: "{{ trigger.body.n + 1 }}" },
      next: ["out"],
    },
    { id: "out", kind: "reply", input: { status: 200, body: "{{ steps.shape }}" } },
  ],
};

/** Webhook → set → branch → set → light code → reply. */
export const W2: FlowFileInput = {
  format: 1,
  name: "W2",
  triggers: [HOOK],
  steps: [
    {
      id: "shape",
      kind: "set",
      input: { name: "{{ trigger.body.name }}", n: "{{ trigger.body.n + 1 }}" },
      next: ["big"],
    },
    {
      id: "big",
      kind: "branch",
      input: { cases: [{ port: "yes", when: "{{ steps.shape.n > 10 }}" }] },
      next: { yes: ["mark"], else: ["mark"] },
    },
    {
      id: "mark",
      kind: "set",
      input: { n: "{{ steps.shape.n }}", label: "{{ steps.shape.name.toUpperCase() }}" },
      next: ["calc"],
    },
    code("calc", "({ steps }) => ({ total: steps.mark.n * 2, label: steps.mark.label })", "out"),
    { id: "out", kind: "reply", input: { status: 200, body: "{{ steps.calc }}" } },
  ],
};

/** Webhook → code making 100 items → an expression on each → filter → aggregate → reply. */
export const W3: FlowFileInput = {
  format: 1,
  name: "W3",
  triggers: [HOOK],
  steps: [
    code(
      "make",
      "({ trigger }) => Array.from({ length: 100 }, (_, i) => ({ i, n: trigger.body.n + i, name: trigger.body.name }))",
      "each",
    ),
    {
      id: "each",
      kind: "map",
      input: {
        items: "{{ steps.make }}",
        to: { i: "{{ item.i }}", twice: "{{ item.n * 2 }}", label: "{{ item.name.toUpperCase() + '-' + item.i }}" },
      },
      next: ["keep"],
    },
    {
      id: "keep",
      kind: "filter",
      input: { items: "{{ steps.each }}", where: "{{ item.twice % 4 == 0 }}" },
      next: ["sum"],
    },
    code(
      "sum",
      "({ steps }) => ({ count: steps.keep.length, total: steps.keep.reduce((a, x) => a + x.twice, 0) })",
      "out",
    ),
    { id: "out", kind: "reply", input: { body: "{{ steps.sum }}" } },
  ],
};

/** So many steps, one after the other, each an effect with an intent and an outcome. */
export function chain(steps: number, url: string): FlowFileInput {
  return {
    format: 1,
    name: "Chain",
    triggers: [{ ...HOOK, reply: "last" }],
    steps: Array.from({ length: steps }, (_, at) => ({
      id: `step${at}`,
      kind: "http",
      input: { method: "POST", url, body: { n: "{{ trigger.body.n }}", step: at } },
      next: at + 1 < steps ? [`step${at + 1}`] : [],
    })),
  };
}

/** Answers once committed, then waits until the moment its body names. */
export const WAITING: FlowFileInput = {
  format: 1,
  name: "Waiting",
  triggers: [{ ...HOOK, reply: "accepted" }],
  steps: [
    { id: "hold", kind: "wait", input: { until: "{{ trigger.body.until }}" }, next: ["after"] },
    { id: "after", kind: "set", input: { n: "{{ trigger.body.n }}" } },
  ],
};

/** So many schedules that fire once, at the same moment. */
export function schedules(count: number, at: string): FlowFileInput {
  return {
    format: 1,
    name: "Scheduled",
    triggers: Array.from({ length: count }, (_, n) => ({ id: `at${n}`, kind: "schedule", at }) as const),
    steps: [{ id: "mark", kind: "set", input: { due: "{{ trigger.scheduledFor }}" } }],
  };
}

/** One step that ends at once. */
export const ACCEPTED: FlowFileInput = {
  format: 1,
  name: "Accepted",
  triggers: [{ ...HOOK, reply: "accepted" }],
  steps: [{ id: "shape", kind: "set", input: { n: "{{ trigger.body.n }}" } }],
};

function code(id: string, body: string, next: string) {
  return { id, kind: "code", input: { language: "js", source: `export default ${body}` }, next: [next] };
}
