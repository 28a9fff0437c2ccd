/** How a run hears what became of an approval: a message in its inbox, in the transaction that decides. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { JsonObject } from "../core/json.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { insertInbox } from "../store/inbox.ts";
import { wakeRuns } from "../store/queue.ts";

const BODY = placeOf("inbox", "body");

/** As the run takes it into its history (`DecidedRecord`). */
export interface ApprovalMessage {
  readonly kind: "approval";
  /** UUID. */
  readonly approval: string;
  readonly how: "approved" | "rejected" | "expired";
  /** As the audit names who had the last word. */
  readonly by: string;
  readonly note?: string;
  /** The arguments to be sent instead, and their digest (base64url). */
  readonly changed?: { readonly arguments: JsonObject; readonly digest: string };
}

/** After the run's place in the queue is locked. */
export async function tellRun(
  tx: Transaction,
  { ids, keys, project }: { readonly ids: Pick<Ids, "uuid">; readonly keys: ProjectKeys; readonly project: string },
  run: string,
  message: ApprovalMessage,
): Promise<void> {
  const id = ids.uuid();
  const body = keys.run(run).seal(BODY, uuidBytes(id), Buffer.from(JSON.stringify(message)));
  for (const statement of [...insertInbox(project, [{ run, id, kind: "approval", body }]), wakeRuns([run])])
    await tx.query(statement);
}
