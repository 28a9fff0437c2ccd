import type { ChangeEvent } from "react";
import { say } from "../language.ts";
import { Field } from "../ui/Field.tsx";
import type { ConnectionForm, ConnectionKind } from "./connection-form.ts";

const { form: words } = say.people.signOn;

type Name = keyof ConnectionForm;

interface Given {
  readonly kind: ConnectionKind;
  readonly isNew: boolean;
  readonly values: ConnectionForm;
  readonly errors: Partial<Record<Name, string>>;
  readonly type: (name: Name) => (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
  readonly set: (name: Name, text: string) => void;
}

/** What we must know of a provider. */
export function ConnectionFields(given: Given) {
  return (
    <>
      <Line {...given} name="name" label={say.people.signOn.name} help={words.nameHelp} />
      {given.kind === "oidc" ? <OidcFields {...given} /> : <SamlFields {...given} />}
      <Line {...given} name="emailAttribute" label={words.email} help={words.emailHelp} mono />
      <Line {...given} name="nameAttribute" label={words.displayName} help={words.displayNameHelp} mono />
      <Line {...given} name="groupsAttribute" label={words.groups} help={words.groupsHelp} mono />
      <div className="space-y-1">
        <Check {...given} name="enabled" label={words.enabled} />
        <Check {...given} name="trustsSecondFactor" label={words.trusts} />
      </div>
    </>
  );
}

function OidcFields(given: Given) {
  const { values, errors, type, isNew } = given;
  return (
    <>
      <Line {...given} name="issuer" label={words.issuer} help={words.issuerHelp} mono />
      <Line {...given} name="clientId" label={words.clientId} mono />
      <Field label={words.clientSecret} help={isNew ? words.secretHelp : words.keepSecret} error={errors.clientSecret}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            maxLength={2000}
            value={values.clientSecret}
            onChange={type("clientSecret")}
            className="field font-mono text-13"
          />
        )}
      </Field>
    </>
  );
}

function SamlFields(given: Given) {
  const { values, errors, type, isNew } = given;
  return (
    <>
      <Line {...given} name="issuer" label={words.entity} help={words.entityHelp} mono />
      <Line {...given} name="signOnUrl" label={words.signOnUrl} help={words.signOnUrlHelp} mono />
      <Field
        label={words.certificates}
        help={isNew ? words.certificatesHelp : `${words.certificatesHelp} ${words.keepCertificates}`}
        error={errors.certificates}
      >
        {(control) => (
          <textarea
            {...control}
            rows={5}
            spellCheck={false}
            value={values.certificates}
            onChange={type("certificates")}
            className="field font-mono text-12"
          />
        )}
      </Field>
    </>
  );
}

function Line({
  name,
  label,
  help,
  mono = false,
  values,
  errors,
  type,
}: Given & { name: Name; label: string; help?: string; mono?: boolean }) {
  return (
    <Field label={label} help={help} error={errors[name]}>
      {(control) => (
        <input
          {...control}
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          value={values[name]}
          onChange={type(name)}
          className={mono ? "field font-mono text-13" : "field"}
        />
      )}
    </Field>
  );
}

function Check({ name, label, values, set }: Given & { name: Name; label: string }) {
  return (
    <label className="flex items-center gap-2 text-13">
      <input
        type="checkbox"
        checked={values[name] !== ""}
        onChange={({ target }) => set(name, target.checked ? "yes" : "")}
      />
      {label}
    </label>
  );
}
