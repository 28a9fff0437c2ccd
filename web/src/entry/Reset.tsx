import { Link } from "@tanstack/react-router";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { emailWrong, passwordShort, wrongs } from "../ui/checks.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useForm } from "../ui/use-form.ts";
import { useLinkToken } from "./use-link-token.ts";
// from "../ui/use-form.ts";

const { reset: words, signIn, signUp } = say.entry;

/** Asks for the link that resets a password, and takes the new one from whoever comes by it. */
export function Reset() {
  const token = useLinkToken();
  return token === undefined ? <AskForLink /> : <NewPassword token={token} />;
}

function AskForLink() {
  const auth = useSignInClient();
  const form = useForm(
    { email: "" },
    ({ email }) => wrongs({ email: emailWrong(email) }),
    async ({ email }) => await auth.requestReset(email.trim()),
  );
  return (
    <EntryPage title={words.title} what={form.done ? words.sent : words.what}>
      {!form.done && (
        <form className="space-y-4" onSubmit={form.submit} noValidate>
          <Field label={signIn.email} error={form.errors.email}>
            {(control) => (
              <input
                {...control}
                type="email"
                autoComplete="username"
                value={form.values.email}
                onChange={form.type("email")}
                className="field"
              />
            )}
          </Field>
          {form.error !== null && <ErrorNote error={form.error} />}
          <Button type="submit" look="primary" disabled={form.busy}>
            {words.go}
          </Button>
        </form>
      )}
      <Link {...paths.signIn()} className={buttonClasses("quiet", "-ml-2.5")}>
        {words.signIn}
      </Link>
    </EntryPage>
  );
}

function NewPassword({ token }: { token: string }) {
  const auth = useSignInClient();
  const form = useForm(
    { password: "" },
    ({ password }) => wrongs({ password: passwordShort(password) }),
    async ({ password }) => await auth.reset(token, password),
  );
  if (form.done)
    return (
      <EntryPage title={words.title} what={words.done}>
        <Link {...paths.signIn()} className={buttonClasses("primary")}>
          {words.signIn}
        </Link>
      </EntryPage>
    );
  return (
    <EntryPage title={words.newTitle}>
      <form className="space-y-4" onSubmit={form.submit} noValidate>
        <Field label={words.newPassword} help={signUp.passwordHelp} error={form.errors.password}>
          {(control) => (
            <input
              {...control}
              type="password"
              autoComplete="new-password"
              value={form.values.password}
              onChange={form.type("password")}
              className="field"
            />
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.save}
        </Button>
      </form>
    </EntryPage>
  );
}
