import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { unreachable } from "../core/invariant.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import type { CredentialRow } from "../store/credentials.ts";

/** A credential's secret, opened for one request. */
export interface OpenSecret {
  /** The value of the header that carries it. */
  readonly value: string;
  /** Everything by which an answer could give it away. */
  readonly forms: readonly string[];
}

const NO_SECRET: OpenSecret = { value: "", forms: [] };

/** A part of a secret shorter than this would strike ordinary words, and by that tell what it is. */
const PART_CHARACTERS_MIN = 4;

/** Opens the secret of an effect's credential; without one, nothing. The opened bytes are cleared. Throws `SealError`. */
export function openSecret(keys: ProjectKeys, credential: CredentialRow | null): OpenSecret {
  if (credential === null) return NO_SECRET;
  const bytes = openCredential(keys, placeOf("credentials", "secret"), uuidBytes(credential.id), credential.secret);
  try {
    return write(credential.kind, bytes.toString("utf8"));
  } finally {
    bytes.fill(0);
  }
}

function write(kind: CredentialRow["kind"], secret: string): OpenSecret {
  switch (kind) {
    case "bearer":
      return { value: `Bearer ${secret}`, forms: formsOf(secret) };
    case "basic": {
      const encoded = Buffer.from(secret).toString("base64");
      return { value: `Basic ${encoded}`, forms: formsOf(secret, encoded, secret.slice(secret.indexOf(":") + 1)) };
    }
    case "header":
      // `Token abc…`: the part after a scheme is the secret too.
      return { value: secret, forms: formsOf(secret, secret.slice(secret.lastIndexOf(" ") + 1)) };
    case "secret":
      throw new Error("invariant broken: a signature's secret is never sent");
    default:
      return unreachable(kind);
  }
}

/** The secret and its longer parts, also as a header shows them: read as Latin-1, whatever they were written in. */
export function formsOf(secret: string, ...parts: readonly string[]): string[] {
  const forms = [secret, ...parts.filter((part) => part.length >= PART_CHARACTERS_MIN)];
  return [...new Set(forms.flatMap((form) => [form, Buffer.from(form).toString("latin1")]))];
}
