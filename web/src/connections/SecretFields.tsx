import type { ConnectionAuthentication } from "@steward/sdk";
import { say } from "../language.ts";
import { Field } from "../ui/Field.tsx";

const { form: words } = say.connections;

export const EMPTY_SECRET = { apiKey: "", user: "", password: "", clientId: "", clientSecret: "" };
export type SecretTyped = typeof EMPTY_SECRET;

const FIELDS: Readonly<Partial<Record<ConnectionAuthentication, readonly (keyof SecretTyped)[]>>> = {
  api_key: ["apiKey"],
  basic: ["user", "password"],
  client_credentials: ["clientId", "clientSecret"],
};
const OPEN: ReadonlySet<string> = new Set(["user", "clientId"]);

/** The secret of a way that takes one, as it is sent; null where nothing was typed, undefined for ways without. */
export function secretOf(way: ConnectionAuthentication, typed: SecretTyped): Record<string, string> | null | undefined {
  const fields = FIELDS[way];
  if (fields === undefined) return undefined;
  if (fields.some((field) => typed[field] === "")) return null;
  return Object.fromEntries(fields.map((field) => [field, typed[field]]));
}

/** What a way needs; what is typed is never shown again. */
export function SecretFields({
  way,
  typed,
  change,
  tried,
}: {
  way: ConnectionAuthentication;
  typed: SecretTyped;
  change: (typed: SecretTyped) => void;
  tried: boolean;
}) {
  return (
    <>
      {(FIELDS[way] ?? []).map((field) => (
        <Field
          key={field}
          label={words[field]}
          help={OPEN.has(field) ? undefined : words.secretHelp}
          error={tried && typed[field] === "" ? say.entry.needed : undefined}
        >
          {(control) => (
            <input
              {...control}
              type={OPEN.has(field) ? "text" : "password"}
              autoComplete={OPEN.has(field) ? "off" : "new-password"}
              maxLength={8192}
              value={typed[field]}
              onChange={({ target }) => change({ ...typed, [field]: target.value })}
              className="field font-mono text-13"
            />
          )}
        </Field>
      ))}
    </>
  );
}
