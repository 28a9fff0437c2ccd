import type { Flow, Variable } from "@steward/sdk";
import type { Json } from "../core/json.ts";
import type { FlowRow } from "../store/flows.ts";

/** A flow as the API shows it. */
export function showFlow(row: FlowRow): Flow {
  const { slug, name, paused, pausedBecause, version, versionDigest, draftDigest } = row;
  return {
    slug,
    name,
    paused,
    pausedBecause: pausedBecause && {
      ended: pausedBecause.ended,
      name: pausedBecause.name,
      at: showTime(pausedBecause.atMs),
    },
    version,
    draftDiffers: versionDigest === null || !versionDigest.equals(draftDigest),
    createdAt: showTime(row.createdAt),
    updatedAt: showTime(row.updatedAt),
  };
}

export function showTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same JSON as the contract's type has it. */
export function showJson(value: Json): Variable["value"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the contract's type knows no readonly
  return value as Variable["value"];
}
