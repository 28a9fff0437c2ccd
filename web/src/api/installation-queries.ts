/** What the page asks about the installation, for its operators. */
import type { Client, Proof } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

const CALM_MS = 15_000;
/** The proof tries many things one after another. */
export const PROOF_MS_MAX = 600_000;

export const installationKeys = {
  facts: ["installation"],
  mail: ["installation", "mail"],
  outbound: ["installation", "outbound"],
  proof: ["installation", "proof"],
} as const;

export const installationQuery = (client: Client) =>
  queryOptions({ queryKey: installationKeys.facts, queryFn: ({ signal }) => client.getInstallation({ signal }) });

export const mailQuery = (client: Client) => ({
  ...paged(installationKeys.mail, (at) => client.listMail(at)),
  refetchInterval: CALM_MS,
});

export const outboundQuery = (client: Client) => paged(installationKeys.outbound, (at) => client.listOutbound(at));

/** The last proof of this visit: it is never asked for by itself. */
export const proofQuery = queryOptions<Proof | null>({
  queryKey: installationKeys.proof,
  queryFn: () => null,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});
