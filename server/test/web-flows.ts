/** Flows that the page is tried with. */
import type { Client, FlowFileInput } from "@steward/sdk";

const manual = [{ id: "start", kind: "manual" as const }];

/** Waits for the event `approved`, and gives what it brought. */
export const APPROVAL: FlowFileInput = {
  format: 1,
  name: "Approval",
  triggers: manual,
  steps: [
    { id: "ask", kind: "set", input: { amount: "{{ trigger.body?.amount ?? 0 }}" }, next: ["hold"] },
    { id: "hold", kind: "wait", name: "Wait for the approval", input: { event: "approved" }, next: ["after"] },
    { id: "after", kind: "set", input: { by: "{{ steps.hold?.by }}" } },
  ],
};

/** Sends one request that nothing makes safe to repeat. */
export const CHARGE: FlowFileInput = {
  format: 1,
  name: "Charge",
  triggers: manual,
  steps: [
    {
      id: "charge",
      kind: "http",
      name: "Charge the card",
      input: { method: "POST", url: "{{ vars.sinkUrl }}/charges", body: { amount: 42 } },
      next: ["receipt"],
    },
    { id: "receipt", kind: "set", input: { charged: "{{ steps.charge }}" } },
  ],
};

/** A loop, a branch and an attempt that fails: a timeline with something of everything. */
export const SHOWCASE: FlowFileInput = {
  format: 1,
  name: "Onboard customers",
  triggers: [...manual, { id: "signup", kind: "webhook" }, { id: "daily", kind: "schedule", cron: "0 6 * * *" }],
  steps: [
    { id: "customers", kind: "set", input: { names: ["ada", "grace", "alan"] }, next: ["welcome"] },
    {
      id: "welcome",
      kind: "each",
      name: "Welcome each",
      input: { items: "{{ steps.customers.names }}", parallel: 2 },
      steps: [
        { id: "letter", kind: "set", input: { to: "{{ item }}", text: "Welcome, {{ item }}." }, next: ["send"] },
        {
          id: "send",
          kind: "http",
          input: { method: "POST", url: "{{ vars.sinkUrl }}/letters", body: "{{ steps.letter }}", repeat: "key" },
        },
      ],
      next: ["tell"],
    },
    { id: "tell", kind: "set", name: "Tell the team", input: { welcomed: 3 }, next: ["book"] },
    { id: "book", kind: "fail", name: "Book the call", input: { message: "The calendar has no free hour this week." } },
  ],
};

/** What a script would look like that somebody left in a name, a note or an input. */
export const MARKUP = `<script>document.title="owned"</script><img src=x onerror='document.title="owned"'>`;
export const LINK = `javascript:document.title="owned"`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload='document.title="owned"'></svg>`;

export const HOSTILE: FlowFileInput = {
  format: 1,
  name: `${MARKUP} \u202Etxt.exe`,
  description: `[press](${LINK}) ![x](${LINK})`,
  triggers: [...manual, { id: "hook", kind: "webhook", methods: ["GET"], reply: "step" }],
  steps: [
    {
      id: "keep",
      kind: "set",
      name: `\u202E${SVG}`,
      note: MARKUP,
      input: { given: "{{ trigger.body }}", [MARKUP]: LINK, link: LINK, picture: SVG, turned: "a\u202Eb" },
      next: ["answer"],
    },
    {
      id: "answer",
      kind: "reply",
      input: { headers: { "content-type": "text/html" }, body: `<h1>reply</h1>${MARKUP}` },
      next: ["stop"],
    },
    { id: "stop", kind: "fail", input: { message: MARKUP } },
  ],
};

/** Stores and publishes it under the slug. */
export async function publish(client: Client, slug: string, flow: FlowFileInput): Promise<void> {
  await client.putFlow({ slug, body: flow });
  await client.publishFlow({ slug });
}
