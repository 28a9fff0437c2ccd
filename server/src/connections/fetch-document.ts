import { AppError } from "../core/errors.ts";
import { noteUrl } from "../core/note-url.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { NoteOutbound } from "../core/ports/outbound.ts";

const TIMEOUT_MS = 30_000;
const REDIRECTS_MAX = 5;

export interface FetchParts {
  readonly egress: Egress;
  readonly note: NoteOutbound;
}

/**
 * A document that somebody publishes, as its address gives it, at most `bytesMax`: asked for once, without anything that
 * says who asks. Throws `value_invalid` naming `address`.
 */
export async function fetchDocument(
  { egress, note }: FetchParts,
  address: string,
  { project, bytesMax }: { readonly project: string; readonly bytesMax: number },
): Promise<Uint8Array> {
  noteUrl(note, address);
  const answer = await egress.request({
    method: "GET",
    url: address,
    headers: [["accept", "application/json, application/yaml;q=0.9, text/plain;q=0.5, */*;q=0.1"]],
    body: null,
    timeoutMs: TIMEOUT_MS,
    responseBytesMax: bytesMax,
    redirectsMax: REDIRECTS_MAX,
    hosts: null,
    secretHeaders: [],
    signal: AbortSignal.timeout(TIMEOUT_MS),
    partition: project,
  });
  if (answer.kind !== "answer") throw refused(answer.message);
  if (answer.status !== 200) throw refused(`it answered with status ${answer.status}`);
  return answer.body;
}

function refused(why: string): AppError {
  return new AppError("value_invalid", `address: the document could not be had from there: ${why}`, {
    field: "address",
  });
}
