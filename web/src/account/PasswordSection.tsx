import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountKeys } from "../api/account-queries.ts";
import { useSignInClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { needed, passwordShort, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";

const { password: words } = say.account;

/** Setting the first password of whoever came in without one, else changing it, which ends the other sessions. */
export function PasswordSection() {
  const { hasPassword, emailVerified } = useSignedIn().account;
  const without = emailVerified ? words.none : words.noneUnverified;
  const [round, setRound] = useState(0);
  return (
    <Section id="password" title={words.title} what={hasPassword ? words.what : without} action={null}>
      {hasPassword ? <PasswordForm key={round} done={() => setRound(round + 1)} /> : <FirstPassword />}
    </Section>
  );
}

function FirstPassword() {
  const auth = useSignInClient();
  const { account } = useSignedIn();
  const set = useAct({
    act: (next: string) => auth.setPassword(next),
    changes: [keys.session],
    said: () => words.set,
    quiet: true,
  });
  const form = useForm(
    { next: "" },
    ({ next }) => wrongs({ next: passwordShort(next) }),
    async ({ next }) => await set.mutateAsync(next),
  );
  return (
    <form className="max-w-md space-y-4 px-4 md:px-6" onSubmit={form.submit} noValidate>
      {/* So that a password manager keeps the two together. */}
      <input type="hidden" name="username" autoComplete="username" value={account.email} readOnly />
      <Field label={words.next} help={say.entry.signUp.passwordHelp} error={form.errors.next}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            value={form.values.next}
            onChange={form.type("next")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" disabled={form.busy}>
        {words.setGo}
      </Button>
    </form>
  );
}

function PasswordForm({ done }: { done: () => void }) {
  const auth = useSignInClient();
  const queries = useQueryClient();
  const { tell } = useNotices();
  const form = useForm(
    { current: "", next: "" },
    ({ current, next }) => wrongs({ current: needed(current), next: passwordShort(next) }),
    async ({ current, next }) => {
      await auth.changePassword(current, next);
      tell(words.done);
      await queries.invalidateQueries({ queryKey: accountKeys.sessions });
      done();
    },
  );
  return (
    <form className="max-w-md space-y-4 px-4 md:px-6" onSubmit={form.submit} noValidate>
      <Field label={words.current} error={form.errors.current}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="current-password"
            value={form.values.current}
            onChange={form.type("current")}
            className="field"
          />
        )}
      </Field>
      <Field label={words.next} help={say.entry.signUp.passwordHelp} error={form.errors.next}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            value={form.values.next}
            onChange={form.type("next")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" disabled={form.busy}>
        {words.go}
      </Button>
    </form>
  );
}
