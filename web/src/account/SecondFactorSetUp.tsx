import type { NewSecondFactor } from "@steward/sdk";
import { useState } from "react";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { wrongs } from "../ui/checks.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { useForm } from "../ui/use-form.ts";
import { PasswordAsk } from "./PasswordAsk.tsx";
import { QrCode } from "./QrCode.tsx";

const { factor: words } = say.account;

/** Password, secret, first code; it counts once the code was right, and gives the recovery codes then. */
export function SecondFactorSetUp({ done, cancel }: { done: (codes: readonly string[]) => void; cancel: () => void }) {
  const auth = useSignInClient();
  const [begun, setBegun] = useState<NewSecondFactor | null>(null);
  if (begun === null)
    return (
      <PasswordAsk
        verb={words.go}
        cancel={cancel}
        send={async (password) => setBegun(await auth.beginSecondFactor(password))}
      />
    );
  return <FirstCode begun={begun} done={() => done(begun.recoveryCodes)} cancel={cancel} />;
}

function FirstCode({ begun, done, cancel }: { begun: NewSecondFactor; done: () => void; cancel: () => void }) {
  const auth = useSignInClient();
  const { tell } = useNotices();
  const secret = new URL(begun.totpUri).searchParams.get("secret") ?? "";
  const form = useForm(
    { code: "" },
    ({ code }) => wrongs({ code: /^\d{6}$/.test(code.replaceAll(" ", "")) ? undefined : words.codeWrong }),
    async ({ code }) => {
      await auth.verifyTotp(code.replaceAll(" ", ""));
      tell(words.turnedOn);
      done();
    },
  );
  return (
    <form className="motion-appear max-w-md space-y-4" onSubmit={form.submit} noValidate>
      <p className="text-13 font-medium">{words.scan}</p>
      <QrCode text={begun.totpUri} label={words.qr} />
      <div>
        <p className="text-12 text-text-2">{words.orType}</p>
        <p className="flex items-center gap-1">
          <code className="font-mono text-13 break-all select-all">{secret}</code>
          <CopyButton text={secret} label={words.copySecret} />
        </p>
      </div>
      <Field label={words.code} error={form.errors.code}>
        {(control) => (
          <input
            {...control}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            value={form.values.code}
            onChange={form.type("code")}
            className="field w-36 font-mono"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.confirm}
        </Button>
        <Button look="quiet" onClick={cancel}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}
