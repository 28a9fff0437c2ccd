import type { LineCap } from "../core/budget/line-caps.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Transaction } from "../core/ports/database.ts";
import { countCaps, putLineCaps } from "../store/caps.ts";
import { noRoom } from "./grant-refusals.ts";

/** In force: what a project and its organization have together is read at once (`STANDING_MAX`). */
const CAPS_MAX = 7500;
const CAPS_OF_ORGANIZATION_MAX = 1500;

interface Of {
  readonly organization: string;
  readonly project: string | null;
  /** `grant:grt_…` or `limit:lim_…` */
  readonly of: string;
  readonly by: string;
  readonly atMs: number;
}

/** Makes the caps of a grant or limit what its lines say, in the transaction that writes it. */
export async function putCaps(
  tx: Transaction,
  ids: Pick<Ids, "uuid">,
  { organization, ...rest }: Of,
  caps: readonly LineCap[],
): Promise<void> {
  const named = caps.map((cap) => ({ ...cap, id: ids.uuid() }));
  for (const statement of putLineCaps(organization, { ...rest, caps: named })) await tx.query(statement);
  const max = rest.project === null ? CAPS_OF_ORGANIZATION_MAX : CAPS_MAX;
  if (caps.length > 0 && (await countCaps(tx, organization, rest.project)) > max)
    throw noRoom("rates, sums of money and budgets", max);
}
