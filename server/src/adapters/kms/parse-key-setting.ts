import { AppError } from "../../core/errors.ts";
import type { MasterKeySetting } from "../../core/ports/master-key.ts";

/** The settings that say where the master key is, as text; null where one is not set. */
export interface KeyServiceTexts {
  /** STEWARD_KEY_SERVICE: `kms://region/key[?endpoint=…]`. */
  readonly keyService: string | null;
  /** STEWARD_MASTER_KEY. */
  readonly masterKey: string | null;
  /** AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken: string | null;
}

const EXAMPLE = "kms://eu-central-1/alias/steward";
const KEY_ID = /^[A-Za-z0-9:/_-]{1,2048}$/; // API_Encrypt, KeyId
const REGION = /^[a-z0-9]+(-[a-z0-9]+)+$/;

/** A key service goes before a key, a key before the home's own file. Refuses with `start_refused`, repeating no secret. */
export function parseKeySetting(texts: KeyServiceTexts): MasterKeySetting {
  if (texts.keyService !== null) return parseKms(texts.keyService, texts);
  return texts.masterKey === null ? { kind: "file" } : { kind: "given", key: texts.masterKey };
}

/** STEWARD_MASTER_KEY_FORMER, the key before a rotation: `file`, a URL as of a key service, or a key. */
export function parseFormerKeySetting(text: string, texts: KeyServiceTexts): MasterKeySetting {
  if (text === "file") return { kind: "file" };
  return text.startsWith("kms:") ? parseKms(text, texts) : { kind: "given", key: text };
}

function parseKms(text: string, { accessKeyId, secretAccessKey, sessionToken }: KeyServiceTexts): MasterKeySetting {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "kms:") throw refused(`it is not a URL such as ${EXAMPLE}`);
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw refused("it takes no user, password or fragment; credentials come from AWS_ACCESS_KEY_ID");
  }
  const region = url.hostname;
  if (url.port !== "" || !REGION.test(region)) throw refused(`its host is the region, as in ${EXAMPLE}`);
  const keyId = decode(url.pathname.slice(1));
  if (!KEY_ID.test(keyId)) throw refused(`its path is a key id, an alias or an ARN, as in ${EXAMPLE}`);
  for (const name of url.searchParams.keys()) if (name !== "endpoint") throw refused("endpoint is its only parameter");
  if (!accessKeyId || !secretAccessKey)
    throw refused("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have to be set with it");
  const endpoint = parseEndpoint(url.searchParams.get("endpoint") ?? endpointOf(region));
  return { kind: "kms", keyId, endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

/** Keys are in the answers, so that plain text may not leave the machine. */
function parseEndpoint(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw refused("endpoint is an origin such as https://kms.example.com");
  }
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return url.origin;
  throw refused("endpoint is reached over https; plain http is for this machine alone");
}

/** https://docs.aws.amazon.com/general/latest/gr/kms.html */
function endpointOf(region: string): string {
  return `https://kms.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function refused(why: string): AppError {
  return new AppError("start_refused", `the key service can't be used as it is set (STEWARD_KEY_SERVICE): ${why}`);
}
