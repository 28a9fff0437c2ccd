import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { findOutbox, requeueMail } from "../store/outbox.ts";
import { inScope } from "../store/scope.ts";

/** Sends a message anew that could not be sent. `by` is the operator's shown id. Throws `not_found`, `conflict`. */
export async function retryMail(
  parts: { readonly database: Database; readonly clock: Clock },
  id: string,
  by: string,
): Promise<void> {
  const { database, clock } = parts;
  const row = await findOutbox(database, id);
  const shown = showId("msg", id);
  if (row === null) throw new AppError("not_found", `there is no message ${shown} in the outbox`);
  const done = await inScope(database, INSTALLATION_SCOPE, async (tx) => {
    const requeued = await requeueMail(tx, id, clock.nowMs());
    if (!requeued) return false;
    const act = { project: null, actor: by, action: "mail.retried", target: shown };
    const facts = { template: row.template, attempt: row.attempt + 1 };
    await appendActs(tx, INSTALLATION, [{ ...act, atMs: clock.nowMs(), facts }], clock.nowMs());
    return true;
  });
  if (done) return;
  const why = row.status === "failed" ? "it is too old: let its reader ask for a new one" : `it is ${row.status}`;
  throw new AppError("conflict", `the message ${shown} can't be sent anew: ${why}`, { message: shown });
}
