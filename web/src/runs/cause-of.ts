/** What ended a run that nobody stopped by hand, as its error's details name it. Pure. */
import { say } from "../language.ts";
import { paths } from "../paths.ts";

const { told: words } = say.grants.stopped;

/** The page that tells of it; null where the details name none. */
export function causeOf(details: unknown) {
  if (typeof details !== "object" || details === null) return null;
  const { receipt, grant, connection }: Readonly<Record<string, unknown>> = { ...details };
  if (typeof receipt === "string") return { to: paths.receipts({ open: receipt }), label: words.receipt };
  if (typeof grant === "string") return { to: paths.grants({ ended: true, grant }), label: words.grant };
  if (typeof connection === "string") return { to: paths.connections({ open: connection }), label: words.connection };
  return null;
}
