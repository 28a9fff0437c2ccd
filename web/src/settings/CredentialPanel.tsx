import { PutCredential } from "@steward/sdk";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { credentialsQuery, keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Panel } from "../ui/Panel.tsx";
import {
  credentialBody,
  type CredentialErrors,
  credentialErrors,
  refusedField,
  type CredentialForm,
  EMPTY_CREDENTIAL,
} from "./credential-form.ts";

/** Setting a credential; its secret is never shown again. `slug` is the one that is set again. */
export function CredentialPanel({ slug, close }: { slug: string | null; close: () => void }) {
  const client = useClient();
  const known = useInfiniteQuery({ ...credentialsQuery(client), enabled: slug !== null });
  const before = known.data?.pages.flatMap(({ items }) => items).find((one) => one.slug === slug);
  const title = slug === null ? say.settings.setCredential : `${say.settings.setAgain}: ${slug}`;
  return (
    <Panel title={title} label={title} close={close}>
      {slug !== null && known.isPending ? null : (
        <CredentialFields
          key={before?.setAt}
          fixed={slug !== null}
          start={{
            ...EMPTY_CREDENTIAL,
            slug: slug ?? "",
            kind: before?.kind ?? "bearer",
            hosts: before?.hosts.join("\n") ?? "",
          }}
          close={close}
        />
      )}
    </Panel>
  );
}

type Typing = (name: keyof CredentialForm) => (event: { target: { value: string } }) => void;

function CredentialFields({ start, fixed, close }: { start: CredentialForm; fixed: boolean; close: () => void }) {
  const [form, setForm] = useState(start);
  const [tried, setTried] = useState(false);
  const save = useSave(form, close);
  const refused = refusedField(save.error);
  const errors = { ...refused, ...(tried && credentialErrors(form)) };
  const { settings } = say;
  const type: Typing =
    (name) =>
    ({ target }) =>
      setForm({ ...form, [name]: target.value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(credentialErrors(form)).length === 0) save.mutate();
  };
  return (
    <form className="space-y-4 p-4" onSubmit={submit} noValidate autoComplete="off">
      <Field label={settings.slug} help={settings.slugHelp} error={errors.slug}>
        {(control) => (
          <input
            {...control}
            value={form.slug}
            readOnly={fixed}
            onChange={type("slug")}
            className="field font-mono text-13 read-only:bg-surface-2"
          />
        )}
      </Field>
      <Field label={settings.kind}>
        {(control) => (
          <select {...control} value={form.kind} onChange={type("kind")} className="field">
            {PutCredential.shape.kind.options.map((kind) => (
              <option key={kind} value={kind}>
                {settings.kinds[kind]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <SecretFields form={form} errors={errors} type={type} />
      {save.isError && refused === null && <ErrorNote error={save.error} />}
      <Button type="submit" look="primary" disabled={save.isPending}>
        {settings.save}
      </Button>
    </form>
  );
}

/** What the chosen kind needs. */
function SecretFields({ form, errors, type }: { form: CredentialForm; errors: CredentialErrors; type: Typing }) {
  const { settings } = say;
  return (
    <>
      {form.kind === "basic" && (
        <Field label={settings.user} error={errors.user}>
          {(control) => <input {...control} value={form.user} onChange={type("user")} className="field" />}
        </Field>
      )}
      {form.kind === "header" && (
        <Field label={settings.header} help={settings.headerHelp} error={errors.header}>
          {(control) => (
            <input {...control} value={form.header} onChange={type("header")} className="field font-mono text-13" />
          )}
        </Field>
      )}
      <Field label={settings.secret} help={settings.secretHelp} error={errors.secret}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            value={form.secret}
            onChange={type("secret")}
            className="field font-mono text-13"
          />
        )}
      </Field>
      {form.kind !== "secret" && (
        <Field label={settings.hosts} help={settings.hostsHelp} error={errors.hosts}>
          {(control) => (
            <textarea
              {...control}
              rows={3}
              value={form.hosts}
              onChange={type("hosts")}
              className="field font-mono text-13"
            />
          )}
        </Field>
      )}
    </>
  );
}

function useSave(form: CredentialForm, close: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  const { tell } = useNotices();
  return useMutation({
    mutationFn: () => client.putCredential({ slug: form.slug, body: credentialBody(form) }),
    onSuccess: async () => {
      tell(say.settings.saved(form.slug));
      await queries.invalidateQueries({ queryKey: keys.credentials });
      close();
    },
  });
}
