import type { EgressRequest } from "../ports/egress.ts";
import type { Refusal } from "./judge-url.ts";

type Headers = EgressRequest["headers"];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, blank, tab and obs-text of RFC 9110: no line ends, so that no header can begin another. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
const HEADERS_MAX = 200;
const HEADER_CHARACTERS_MAX = 65_536;

/** Names that frame the message or belong to the connection: the sender sets them, never the caller (RFC 9110, 7.6.1). */
const FRAMING = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Refuses a method that opens a tunnel or is not a token; null when it may be sent. */
export function judgeMethod(method: string): Refusal | null {
  if (method.length <= 32 && TOKEN.test(method) && !/^(?:connect|trace)$/i.test(method)) return null;
  return { ok: false, code: "method_invalid", message: "The method is not one that is sent." };
}

/** Refuses headers that could change where the message goes or where it ends; null when they may be sent. */
export function judgeHeaders(headers: Headers): Refusal | null {
  if (headers.length > HEADERS_MAX) return refuse(`There are more than ${HEADERS_MAX} headers.`);
  let characters = 0;
  for (const [name, value] of headers) {
    characters += name.length + value.length;
    if (!TOKEN.test(name)) return refuse("A header's name holds a character that is not allowed in names.");
    if (FRAMING.has(name.toLowerCase())) return refuse(`The header ${name} is set by Steward, not by the caller.`);
    if (!VALUE.test(value)) return refuse(`The header ${name} holds a line end or a character beyond Latin-1.`);
  }
  return characters > HEADER_CHARACTERS_MAX
    ? refuse(`The headers are longer than ${HEADER_CHARACTERS_MAX} characters.`)
    : null;
}

function refuse(message: string): Refusal {
  return { ok: false, code: "header_invalid", message };
}

const CREDENTIAL_HEADERS = new Set(["authorization", "cookie"]);

/** Whether any header carries a credential. */
export function carriesSecret(headers: Headers, secretHeaders: readonly string[]): boolean {
  return secretHeaders.length > 0 && headers.some(([name]) => isNamed(name, secretHeaders));
}

/** The headers without the caller's secret ones, `authorization` and `cookie`. */
export function withoutSecrets(headers: Headers, secretHeaders: readonly string[]): Headers {
  return headers.filter(([name]) => !CREDENTIAL_HEADERS.has(name.toLowerCase()) && !isNamed(name, secretHeaders));
}

function isNamed(name: string, names: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return names.some((each) => each.toLowerCase() === lower);
}
