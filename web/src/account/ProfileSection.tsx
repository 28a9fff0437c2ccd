import type { Account } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient, useSignInClient } from "../api/client.ts";
import { entranceQuery, keys } from "../api/queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { emailWrong, needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";

const { account: words } = say;

/** Name and address; the address changes once its owner has confirmed at both. */
export function ProfileSection() {
  const { account } = useSignedIn();
  const [changing, setChanging] = useState(false);
  return (
    <Section id="profile" title={words.profile} what={words.profileWhat} action={null}>
      <div className="max-w-md space-y-5 px-4 md:px-6">
        <NameForm key={account.name} name={account.name} />
        <div className="space-y-1">
          <p className="text-13 font-medium">{words.email}</p>
          <div className="flex items-center justify-between gap-3">
            <p className="min-w-0 break-words">{visible(account.email)}</p>
            {!changing && <Button onClick={() => setChanging(true)}>{words.change}</Button>}
          </div>
          {isPlaceholder(account.email) && <p className="text-12 text-text-2">{words.emailPlaceholder}</p>}
          {!account.emailVerified && !isPlaceholder(account.email) && <Unverified email={account.email} />}
        </div>
        {changing && <EmailForm account={account} close={() => setChanging(false)} />}
      </div>
    </Section>
  );
}

/** Nobody's (RFC 6761, section 6.3): what the first owner has until they give their own. */
function isPlaceholder(email: string): boolean {
  return email.endsWith(".localhost");
}

function NameForm({ name }: { name: string }) {
  const client = useClient();
  const save = useAct({
    act: (next: string) => client.changeAccount({ body: { name: next } }),
    changes: [keys.session],
    said: () => words.saved,
  });
  const form = useForm(
    { name },
    (values) => wrongs({ name: needed(values.name) }),
    async (values) => void (await save.mutateAsync(values.name.trim())),
  );
  return (
    <form onSubmit={form.submit} noValidate>
      <Field label={words.name} error={form.errors.name}>
        {(control) => (
          <div className="flex gap-2">
            <input
              {...control}
              autoComplete="name"
              maxLength={100}
              value={form.values.name}
              onChange={form.type("name")}
              className="field"
            />
            <Button type="submit" disabled={form.busy || form.values.name.trim() === name}>
              {words.save}
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}

function Unverified({ email }: { email: string }) {
  const auth = useSignInClient();
  const send = useAct({ act: () => auth.sendVerification(email), changes: [], said: () => words.sentAgain });
  return (
    <p className="text-12 text-text-2">
      {words.emailUnverified}{" "}
      <button
        type="button"
        disabled={send.isPending}
        onClick={() => send.mutate()}
        className="font-medium text-accent hover:underline"
      >
        {words.sendAgain}
      </button>
    </p>
  );
}

function EmailForm({ account: { email: now, emailVerified }, close }: { account: Account; close: () => void }) {
  const auth = useSignInClient();
  const { changeEmail } = words;
  const inbox = useQuery(entranceQuery(useClient())).data?.mail === false;
  const form = useForm(
    { email: "" },
    ({ email }) =>
      wrongs({
        email: email.trim().toLowerCase() === now.toLowerCase() ? changeEmail.same : emailWrong(email),
      }),
    async ({ email }) => await auth.changeEmail(email.trim()),
  );
  if (form.done)
    return (
      <p role="status" className="rounded-md border border-done/40 bg-done/5 px-3 py-2.5 text-13">
        {emailVerified ? changeEmail.sent(now) : changeEmail.sentNew(form.values.email.trim())}
        {inbox && ` ${say.entry.signUp.noMail}`}
      </p>
    );
  return (
    <form aria-label={changeEmail.title} className="motion-appear space-y-4" onSubmit={form.submit} noValidate>
      <Field
        label={changeEmail.email}
        help={emailVerified ? changeEmail.what(now) : changeEmail.whatNew}
        error={form.errors.email}
      >
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="off"
            autoFocus
            value={form.values.email}
            onChange={form.type("email")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {changeEmail.go}
        </Button>
        <Button look="quiet" onClick={close}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}
