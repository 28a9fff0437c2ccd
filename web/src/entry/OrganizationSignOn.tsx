import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { emailWrong, wrongs } from "../ui/checks.ts";
import { nextPath } from "./next-path.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useForm } from "../ui/use-form.ts";

const { signIn: words } = say.entry;

/** The address leads to the organization's own sign-on. */
export function OrganizationSignOn({ next, back }: { next: string | undefined; back: () => void }) {
  const auth = useSignInClient();
  const { email: known = "" } = useSearch({ from: "/sign-in" });
  const [unknown, setUnknown] = useState<string | null>(null);
  const form = useForm(
    { email: known },
    ({ email }) => wrongs({ email: emailWrong(email) }),
    async ({ email }) => {
      const url = await auth.withOrganization(email.trim(), nextPath(next));
      if (url === null) setUnknown(email);
      else window.location.assign(url);
    },
  );
  const nobody = form.values.email === unknown ? words.organizationNone : undefined;
  return (
    <EntryPage title={words.organization} what={words.organizationHelp}>
      <form className="space-y-4" onSubmit={form.submit} noValidate>
        <Field label={words.email} error={form.errors.email ?? nobody}>
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
        <div className="flex items-center justify-between">
          <Button type="submit" look="primary" disabled={form.busy}>
            {words.organizationGo}
          </Button>
          <Button look="quiet" className="-mr-2.5" onClick={back}>
            {words.back}
          </Button>
        </div>
      </form>
    </EntryPage>
  );
}
