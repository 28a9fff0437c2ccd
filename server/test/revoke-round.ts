/** A grant that is revoked in the middle of runs that act by it, and what still arrives where they act. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Stopped } from "@steward/sdk";
import type { ByteCounter } from "./byte-counter.ts";
import { eventually } from "./steward-home.ts";

export interface Revoked {
  readonly stopped: Stopped;
  /** From asking for it to the answer. */
  readonly answeredMs: number;
  /** From asking for it to the last byte that came in at all. */
  readonly lastMs: number;
  /** From the answer to the last byte that came in after it; 0 when none did. */
  readonly lateMs: number;
  /**
   * Bytes that came after the answer, but for those of its first moments (two in a row without any, of 20 ms each): what had
   * come before and lay unread is read then, which the kernel does not list of connections that were reset.
   */
  readonly lateBytes: number;
  /** Requests that began after the answer. */
  readonly lateRequests: number;
  /** From the answer to the end of the last connection; 0 when they had ended before. */
  readonly closedMs: number;
}

export const STEPS = 30;
const UPLOAD_CHARACTERS = 900_000;
const MOMENT_MS = 20;
/** For what may still come. */
const QUIET_MS = 1_500;

/** Publishes the flows: 30 steps one after the other, an upload that takes long, an answer that never ends. */
export async function prepareRevoke(client: Client, { url }: Pick<ByteCounter, "url">): Promise<void> {
  const hosts = ["127.0.0.1"];
  await client.putCredential({ slug: "shop", body: { kind: "bearer", secret: "s3cret", hosts } });
  const act = (id: string, path: string, more: object = {}) => ({
    id,
    kind: "http",
    input: { method: "POST", url: `${url}/${path}`, credential: "shop", ...more },
  });
  // Whoever has room claims them when they are due, so that all processes lead some.
  const begin = { id: "begin", kind: "wait", input: { seconds: 1 } };
  const chain = Array.from({ length: STEPS }, (_, at) => ({
    ...act(`s${at}`, "step", { body: { at } }),
    next: at + 1 < STEPS ? [`s${at + 1}`] : [],
  }));
  const body = `{{ "x".repeat(${UPLOAD_CHARACTERS}) }}`;
  const flows = {
    chain: [{ ...begin, next: ["s0"] }, ...chain],
    upload: [
      { ...begin, next: ["big"] },
      { ...act("big", "upload", { body }), timeoutMs: 60_000 },
    ],
    drip: [
      { ...begin, next: ["slow"] },
      { ...act("slow", "drip"), timeoutMs: 60_000 },
    ],
  };
  for (const [slug, steps] of Object.entries(flows)) {
    await client.putFlow({ slug, body: { format: 1, name: slug, steps } as never });
    await client.publishFlow({ slug });
  }
}

/** Starts the runs, revokes when they are in the middle, and watches what comes in. May be repeated. */
export async function revokeInTheMiddle(
  client: Client,
  counter: ByteCounter,
  { chains, streams }: { readonly chains: number; readonly streams: number },
): Promise<Revoked> {
  const grant = await standingGrant(client);
  counter.hurry(false);
  const before = counter.requests();
  const input = { input: {} };
  const starts = [
    ...Array.from({ length: chains }, () => client.startRun({ slug: "chain", body: input })),
    ...Array.from({ length: streams }, () => client.startRun({ slug: "upload", body: input })),
    ...Array.from({ length: streams }, () => client.startRun({ slug: "drip", body: input })),
  ];
  await Promise.all(starts);
  const isInTheMiddle = (): boolean =>
    ["/upload", "/drip"].every((path) => counter.underWay(path) === streams) &&
    counter.requests() - before > chains * 5;
  await eventually("the runs are in the middle", 60_000, () => isInTheMiddle() || null).catch(async (late: unknown) => {
    const { items } = await client.listRuns({ limit: 100 });
    const runs = items.map(({ flow, status, error }) => `${flow} ${status} ${error?.code ?? ""}`).join(", ");
    throw new Error(`${counter.underWay("/upload")} uploads, ${counter.underWay("/drip")} drips; ${runs}`, {
      cause: late,
    });
  });
  const askedAt = performance.now();
  const { stopped } = await client.revokeGrant({ grant });
  const answeredAt = performance.now();
  const requests = counter.requests();
  counter.hurry(true);
  await drained(counter);
  const known = counter.bytes() + counter.unread();
  await sleep(QUIET_MS);
  const lateBytes = Math.max(0, counter.bytes() - known);
  return {
    stopped,
    answeredMs: answeredAt - askedAt,
    lastMs: Math.max(0, counter.lastByteMs() - askedAt),
    lateMs: lateBytes === 0 ? 0 : Math.max(0, counter.lastByteMs() - answeredAt),
    lateBytes,
    lateRequests: counter.requests() - requests,
    closedMs: Math.max(0, counter.lastEndMs() - answeredAt),
  };
}

/** What had come in before is read at full speed; 1 s at most. */
async function drained(counter: ByteCounter): Promise<void> {
  for (let [moments, still, before] = [0, 0, counter.bytes()]; moments < 50 && still < 2; moments++) {
    await sleep(MOMENT_MS);
    still = counter.bytes() === before ? still + 1 : 0;
    before = counter.bytes();
  }
}

/** The one there is, or another one where that was revoked; flows that were paused for it go on. */
async function standingGrant(client: Client): Promise<string> {
  const { items } = await client.listGrants({ credential: "shop" });
  const standing = items.find(({ stands }) => stands);
  if (standing) return standing.id;
  const lines = [{ actions: ["http.request"] }];
  const { id } = await client.giveGrant({ body: { to: "project", credential: "shop", lines } });
  for (const slug of ["chain", "upload", "drip"]) await client.resumeFlow({ slug });
  return id;
}
