import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useForm } from "../ui/use-form.ts";

const { factor: words } = say.account;

/** Asks for the password again before something that guards the account changes; of whoever has none, only whether they mean it. */
export function PasswordAsk({
  what,
  verb,
  send,
  cancel,
}: {
  what?: string;
  verb: string;
  send: (password: string | undefined) => Promise<void>;
  cancel: () => void;
}) {
  const { hasPassword } = useSignedIn().account;
  const form = useForm(
    { password: "" },
    ({ password }) => wrongs({ password: hasPassword ? needed(password) : undefined }),
    async ({ password }) => await send(hasPassword ? password : undefined),
  );
  return (
    <form className="motion-appear max-w-md space-y-4" onSubmit={form.submit} noValidate>
      {what !== undefined && <p className="text-13">{what}</p>}
      {hasPassword ? (
        <Field label={words.password} help={words.passwordHelp} error={form.errors.password}>
          {(control) => (
            <input
              {...control}
              type="password"
              autoComplete="current-password"
              autoFocus
              value={form.values.password}
              onChange={form.type("password")}
              className="field"
            />
          )}
        </Field>
      ) : (
        <p className="text-13 text-text-2">{words.noPassword}</p>
      )}
      {form.error !== null && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {verb}
        </Button>
        <Button look="quiet" onClick={cancel}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}
