/** How a file's content is answered: what of it, as what, and so that nothing in it runs as ours. */
import type { ByteRange } from "../files/byte-range.ts";
import { readRange } from "../files/byte-range.ts";
import { servedAs } from "../files/media-type.ts";
import { entityTag } from "../files/preconditions.ts";
import type { FileContent } from "../files/read-file.ts";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface FileAnswer {
  readonly status: 200 | 206 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Scripts don't run, forms don't go anywhere, and the origin is nobody's (CSP 3, section 6.3.2). */
const SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Throws `range_unsatisfiable`. */
export function answerWithFile(content: FileContent, headers: Headers): FileAnswer {
  const { bytes, version } = content;
  const etag = entityTag(version);
  const { contentType, inline } = servedAs(content.mediaType);
  const described = {
    etag,
    "accept-ranges": "bytes",
    "content-type": contentType,
    "content-disposition": disposition(content.name, inline),
    "content-security-policy": SANDBOX,
  };
  if (names(headers["if-none-match"], etag)) return { status: 304, headers: described, body: nothing() };
  const range = rangeFor(headers, etag, bytes);
  if (range === null) {
    return { status: 200, headers: { ...described, "content-length": String(bytes) }, body: content.pieces(null) };
  }
  return {
    status: 206,
    headers: {
      ...described,
      "content-length": String(range.to - range.from),
      "content-range": `bytes ${range.from}-${range.to - 1}/${bytes}`,
    },
    body: content.pieces(range),
  };
}

/** A range of another content than the one that was begun would be a mixture (RFC 9110, section 13.1.5). */
function rangeFor(headers: Headers, etag: string, bytes: number): ByteRange | null {
  const { range, "if-range": ifRange } = headers;
  if (typeof range !== "string" || (ifRange !== undefined && ifRange !== etag)) return null;
  return readRange(range, bytes);
}

function names(header: Headers[string], etag: string): boolean {
  if (typeof header !== "string") return false;
  return header.trim() === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** The name in plain ASCII for the oldest, and as it is (RFC 6266, appendix D). */
function disposition(name: string, inline: boolean): string {
  const plain = name.replace(/[^\w .()-]/g, "_");
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${inline ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${whole}`;
}

// oxlint-disable-next-line require-yield -- an answer without a body
async function* nothing(): AsyncGenerator<Uint8Array> {
  return;
}
