import type { RevocationRow } from "./revocations.ts";

const DAY_MS = 86_400_000;
/** How long a provider is asked to revoke. PROMISES C6. */
const REVOKE_MS = 7 * DAY_MS;

/** What begins with a connection's end; over at once where there is nothing to ask the provider for. */
export function newRevocation(of: {
  readonly id: string;
  readonly connection: { readonly id: string; readonly connector: string; readonly slug: string };
  readonly slot: Buffer | null;
  readonly way: "supported" | "unsupported" | "nothing_held";
  readonly erased: readonly string[];
  readonly by: string;
  readonly atMs: number;
}): RevocationRow {
  const { connection, way, atMs } = of;
  return {
    id: of.id,
    connection: connection.id,
    connector: connection.connector,
    slug: connection.slug,
    status: way === "supported" ? "waiting" : way === "unsupported" ? "unsupported" : "confirmed",
    slot: of.slot,
    run: null,
    attempt: 0,
    providerCode: way === "nothing_held" ? way : null,
    erased: of.erased,
    inFlight: [],
    createdAt: atMs,
    createdBy: of.by,
    expiresAt: atMs + REVOKE_MS,
    endedAt: way === "supported" ? null : atMs,
  };
}
