/**
 * What a content is, by its first bytes (after the WHATWG's MIME Sniffing Standard), and what of it may be shown in place.
 * Nothing that can run is: no SVG, no HTML, whatever name or type it came with.
 */

/** `at` bytes in, these bytes. */
type Magic = readonly [mediaType: string, at: number, bytes: string];

const MAGIC: readonly Magic[] = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF87a"],
  ["image/gif", 0, "GIF89a"],
  ["image/webp", 8, "WEBPVP"],
  ["image/avif", 4, "ftypavif"],
  ["application/pdf", 0, "%PDF-"],
  ["application/zip", 0, "PK\x03\x04"],
  ["application/zip", 0, "PK\x05\x06"],
  ["application/gzip", 0, "\x1f\x8b\x08"],
  ["video/mp4", 4, "ftyp"],
  ["video/webm", 0, "\x1a\x45\xdf\xa3"],
  ["audio/mpeg", 0, "ID3"],
  ["audio/wav", 8, "WAVE"],
];

/** What a name says of bytes that are such by their first ones. */
const OFFICE: Readonly<Record<string, string>> = {
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
};
const TEXT: Readonly<Record<string, string>> = {
  csv: "text/csv",
  md: "text/markdown",
  json: "application/json",
  yaml: "application/yaml",
  yml: "application/yaml",
};
const MARKUP: readonly (readonly [string, RegExp])[] = [
  ["image/svg+xml", /<svg[\s>]/i],
  ["text/html", /<(?:!doctype\s+html|html|head|body|script|iframe|style|table|div|a|img|br|p|h1|!--)(?=[\s>/-]|$)/i],
  ["application/xml", /^\s*<\?xml/i],
];
const SHOWN_AS_IMAGE: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
]);
const SHOWN_AS_TEXT: ReadonlySet<string> = new Set(["text/plain", ...Object.values(TEXT)]);
/** What a download may be called by its type; the rest goes as bytes. */
const NAMED: ReadonlySet<string> = new Set([
  ...MAGIC.map(([mediaType]) => mediaType),
  ...Object.values(OFFICE),
  ...SHOWN_AS_TEXT,
]);

/** The media type of a content by its first bytes and, among what these leave open, the end of its name. */
export function sniffMediaType(head: Uint8Array, name: string): string {
  const end = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const latin = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
  const magic = MAGIC.find(([, at, bytes]) => latin.startsWith(bytes, at))?.[0];
  if (magic === "application/zip") return own(OFFICE, end) ?? magic;
  if (magic !== undefined) return magic;
  if (!isText(head)) return "application/octet-stream";
  const markup = MARKUP.find(([, pattern]) => pattern.test(latin))?.[0];
  return own(TEXT, end) ?? markup ?? "text/plain";
}

export function previewOf(mediaType: string): "image" | "text" | null {
  if (SHOWN_AS_IMAGE.has(mediaType)) return "image";
  return SHOWN_AS_TEXT.has(mediaType) ? "text" : null;
}

/** How a content of this type leaves: as what, and whether it is shown in place. */
export function servedAs(mediaType: string): { readonly contentType: string; readonly inline: boolean } {
  const preview = previewOf(mediaType);
  if (preview === "image") return { contentType: mediaType, inline: true };
  if (preview === "text") return { contentType: "text/plain; charset=utf-8", inline: true };
  return { contentType: NAMED.has(mediaType) ? mediaType : "application/octet-stream", inline: false };
}

/** UTF-8 without control characters that no text has; the last character may be cut off. */
function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    // oxlint-disable-next-line no-control-regex -- it is these that are looked for
    return !/[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
