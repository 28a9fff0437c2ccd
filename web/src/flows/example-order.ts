import type { Example } from "@steward/sdk";

/** What a flow reads that somebody must set first. */
const NEEDS = /\bvars\b|"(?:credential|connection)"\s*:/;

/** Those first that run as they are, so that a newcomer's first run completes; else as they came. Pure. */
export function inOrderOfNeed(examples: readonly Example[]): Example[] {
  return examples.toSorted((one, other) => needs(one) - needs(other));
}

function needs({ file }: Example): number {
  return Number(NEEDS.test(JSON.stringify(file)));
}
