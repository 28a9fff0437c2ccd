import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useClient, useSignInClient } from "../api/client.ts";
import { entranceQuery } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { EntryPage } from "./EntryPage.tsx";
import { PasskeyButton } from "./PasskeyButton.tsx";
import { useEntered } from "./use-entered.ts";
import { useForm } from "../ui/use-form.ts";

const { secondFactor: words } = say.entry;

/** The second step: a code of the app, or a recovery code. */
export function SecondFactor() {
  const { next } = useSearch({ from: "/two-factor" });
  const auth = useSignInClient();
  const entered = useEntered(next);
  const passkeys = useQuery(entranceQuery(useClient())).data?.passkeys === true;
  const [recovery, setRecovery] = useState(false);
  const form = useForm(
    { code: "" },
    ({ code }) => wrongs({ code: needed(code) }),
    async ({ code }) => {
      const typed = code.replaceAll(" ", "");
      await (recovery ? auth.verifyRecoveryCode(typed) : auth.verifyTotp(typed));
      entered("signed_in");
    },
  );
  return (
    <EntryPage title={words.title} what={recovery ? words.recoveryWhat : words.what}>
      <form className="space-y-4" onSubmit={form.submit} noValidate>
        <Field label={recovery ? words.recovery : words.code} error={form.errors.code}>
          {(control) => (
            <input
              {...control}
              inputMode={recovery ? "text" : "numeric"}
              autoComplete="one-time-code"
              value={form.values.code}
              onChange={form.type("code")}
              className="field font-mono"
            />
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <div className="flex items-center justify-between">
          <Button type="submit" look="primary" disabled={form.busy}>
            {words.go}
          </Button>
          <Button look="quiet" onClick={() => setRecovery(!recovery)}>
            {recovery ? words.toApp : words.toRecovery}
          </Button>
        </div>
      </form>
      {passkeys && <PasskeyButton done={() => entered("signed_in")} />}
    </EntryPage>
  );
}
