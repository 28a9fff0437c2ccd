import type { Published } from "@steward/sdk";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { listTriggers } from "../store/triggers.ts";
import { openWebhookToken, webhookUrl } from "./webhook-token.ts";

/** The addresses of a version's webhooks, by trigger; they answer 404 while the flow is paused. */
export async function listWebhooks(
  tx: Transaction,
  keys: ProjectKeys,
  publicUrl: string,
  project: string,
  flow: { readonly id: string; readonly version: number },
): Promise<Published["webhooks"]> {
  const rows = await listTriggers(tx, project, flow.id);
  return rows.flatMap(({ id, name, kind, version, token }) =>
    kind === "webhook" && version === flow.version && token !== null
      ? [{ trigger: name, url: webhookUrl(publicUrl, openWebhookToken(keys, id, token)) }]
      : [],
  );
}
