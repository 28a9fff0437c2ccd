import type { ConnectionAuthentication } from "@steward/sdk";
import { say } from "../language.ts";
import { Field } from "../ui/Field.tsx";

const { form: words } = say.connections;

export const EMPTY_SECRET = {
  apiKey: "",
  header: "",
  user: "",
  password: "",
  clientId: "",
  clientSecret: "",
  tokenUrl: "",
  serviceAccount: "",
  subject: "",
  certificate: "",
  privateKey: "",
  passphrase: "",
  authority: "",
};
export type SecretTyped = typeof EMPTY_SECRET;
type Name = keyof SecretTyped;

/** `own`: only with connectors that leave it to each connection, which are those that take an address. */
interface Fields {
  readonly needed: readonly Name[];
  readonly optional?: readonly Name[];
  readonly own?: { readonly needed: readonly Name[]; readonly optional?: readonly Name[] };
}

const FIELDS: Readonly<Partial<Record<ConnectionAuthentication, Fields>>> = {
  api_key: { needed: ["apiKey"], own: { needed: [], optional: ["header"] } },
  basic: { needed: ["user", "password"] },
  client_credentials: { needed: ["clientId", "clientSecret"], own: { needed: ["tokenUrl"] } },
  service_account: { needed: ["serviceAccount"], optional: ["subject"], own: { needed: ["tokenUrl"] } },
  certificate: { needed: ["certificate", "privateKey"], optional: ["passphrase", "authority"] },
};
const OPEN: ReadonlySet<Name> = new Set(["header", "user", "clientId", "tokenUrl", "subject"]);
const LONG: ReadonlySet<Name> = new Set(["serviceAccount", "certificate", "privateKey", "authority"]);
const HELP: Readonly<Partial<Record<Name, string>>> = {
  header: words.headerHelp,
  tokenUrl: words.tokenUrlHelp,
  subject: words.subjectHelp,
  authority: words.authorityHelp,
};

/** Whether the project says itself where keys go and tokens are asked for. */
export function saysItself({ id }: { readonly id: string }): boolean {
  return id === "http";
}

function fieldsOf(way: ConnectionAuthentication, own: boolean): { needed: readonly Name[]; optional: readonly Name[] } {
  const { needed = [], optional = [], own: more } = FIELDS[way] ?? {};
  return {
    needed: [...needed, ...((own ? more?.needed : undefined) ?? [])],
    optional: [...optional, ...((own ? more?.optional : undefined) ?? [])],
  };
}

/** The secret of a way that takes one, as it is sent; null where nothing was typed, undefined for ways without. */
export function secretOf(
  way: ConnectionAuthentication,
  typed: SecretTyped,
  own = false,
): Record<string, string> | null | undefined {
  if (FIELDS[way] === undefined) return undefined;
  const { needed, optional } = fieldsOf(way, own);
  if (needed.some((field) => typed[field] === "")) return null;
  const given = [...needed, ...optional.filter((field) => typed[field] !== "")];
  return Object.fromEntries(given.map((field) => [field, typed[field]]));
}

/** What a way needs; what is typed is never shown again. */
export function SecretFields({
  way,
  typed,
  change,
  tried,
  own = false,
}: {
  way: ConnectionAuthentication;
  typed: SecretTyped;
  change: (typed: SecretTyped) => void;
  tried: boolean;
  own?: boolean;
}) {
  const { needed, optional } = fieldsOf(way, own);
  return (
    <>
      {[...needed, ...optional].map((field) => (
        <Field
          key={field}
          label={needed.includes(field) ? words[field] : words.optional(words[field])}
          help={HELP[field] ?? (OPEN.has(field) ? undefined : words.secretHelp)}
          needed={needed.includes(field)}
          error={tried && typed[field] === "" && needed.includes(field) ? say.entry.needed : undefined}
        >
          {(control) =>
            LONG.has(field) ? (
              <textarea
                {...control}
                rows={4}
                autoComplete="off"
                spellCheck={false}
                maxLength={65_536}
                value={typed[field]}
                onChange={({ target }) => change({ ...typed, [field]: target.value })}
                className="field font-mono text-13"
              />
            ) : (
              <input
                {...control}
                type={OPEN.has(field) ? "text" : "password"}
                autoComplete={OPEN.has(field) ? "off" : "new-password"}
                maxLength={8192}
                value={typed[field]}
                onChange={({ target }) => change({ ...typed, [field]: target.value })}
                className="field font-mono text-13"
              />
            )
          }
        </Field>
      ))}
    </>
  );
}
