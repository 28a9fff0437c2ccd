import { type Client, type FlowFileInput, RawBody } from "@steward/sdk";
import { say } from "../language.ts";

/** A flow with one step that keeps what it was started with. */
export function blankFlow(name: string): FlowFileInput {
  return {
    format: 1,
    name,
    triggers: [{ id: "manual", kind: "manual" }],
    steps: [{ id: "keep", kind: "set", input: { received: "{{ trigger.body }}" } }],
  };
}

/** The slugs that one may try for a name that is taken: `order`, `order-2`, … `order-20`. */
const TRIES_MAX = 20;

/** The first of `slug`, `slug-2`, … that no flow has. */
export async function freeSlug(client: Client, slug: string): Promise<string> {
  for (let n = 1; n < TRIES_MAX; n += 1) {
    const candidate = n === 1 ? slug : `${slug}-${n}`;
    if (!(await exists(client, candidate))) return candidate;
  }
  return `${slug}-${TRIES_MAX}`;
}

/** Stores the file as the draft of a new flow, and publishes it when asked to. Refuses a slug that a flow has already. */
export async function createFlow(client: Client, slug: string, file: unknown, publish: boolean): Promise<void> {
  if (await exists(client, slug)) throw new Error(say.newFlow.slugTaken(slug));
  await client.putFlow({ slug, body: new RawBody(JSON.stringify(file, null, 2), "application/json") });
  if (publish) await client.publishFlow({ slug });
}

/** Looked up in the list: asking for one that isn't there would be an error in the browser's console. */
async function exists(client: Client, slug: string): Promise<boolean> {
  const { items } = await client.listFlows({ search: slug, limit: 100 });
  return items.some((flow) => flow.slug === slug);
}
