import { ProblemError } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useClient, useSignInClient } from "../api/client.ts";
import { entranceQuery } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { emailWrong, needed, wrongs } from "../ui/checks.ts";
import { EntryPage } from "./EntryPage.tsx";
import { OrganizationSignOn } from "./OrganizationSignOn.tsx";
import { PasskeyButton } from "./PasskeyButton.tsx";
import { ProviderButton } from "./ProviderButton.tsx";
import { refusalWords } from "./refusal-words.ts";
import { useEntered } from "./use-entered.ts";
import { useForm } from "../ui/use-form.ts";

const { signIn: words } = say.entry;

/** The way in: a password, a passkey, a provider, or the organization's own sign-on. */
export function SignIn() {
  const { next, error, reason } = useSearch({ from: "/sign-in" });
  const entered = useEntered(next);
  const [byOrganization, setByOrganization] = useState(false);
  const entrance = useQuery(entranceQuery(useClient())).data;
  if (byOrganization) return <OrganizationSignOn next={next} back={() => setByOrganization(false)} />;
  return (
    <EntryPage title={words.title}>
      {error !== undefined && (
        <p role="alert" className="text-13 text-failed">
          {refusalWords(reason)}
        </p>
      )}
      <PasswordForm next={next} />
      <div className="space-y-2">
        <p className="text-center text-12 text-text-3">{words.or}</p>
        {entrance?.passkeys === true && <PasskeyButton done={() => entered("signed_in")} />}
        {entrance?.providers.map(({ id, name }) => (
          <ProviderButton key={id} id={id} label={words.with(name)} next={next} />
        ))}
        <Button className="w-full" onClick={() => setByOrganization(true)}>
          {words.organization}
        </Button>
      </div>
      {entrance !== undefined && entrance.signUp !== "closed" && (
        <p className="text-13 text-text-2">
          {words.new}{" "}
          <Link {...paths.signUp({ next })} className="font-medium text-accent hover:underline">
            {words.up}
          </Link>
        </p>
      )}
      <p className="text-12 text-text-3">
        {words.link} <code className="font-mono">{words.linkCommand}</code>
      </p>
    </EntryPage>
  );
}

function PasswordForm({ next }: { next: string | undefined }) {
  const auth = useSignInClient();
  const entered = useEntered(next);
  const { email } = useSearch({ from: "/sign-in" });
  const form = useForm(
    { email: email ?? "", password: "" },
    (values) => wrongs({ email: emailWrong(values.email), password: needed(values.password) }),
    async (values) => entered(await auth.signIn(values.email.trim(), values.password)),
  );
  const refused = form.error instanceof ProblemError && form.error.status === 401;
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.email} error={form.errors.email}>
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="username webauthn"
            value={form.values.email}
            onChange={form.type("email")}
            className="field"
          />
        )}
      </Field>
      <Field label={words.password} error={form.errors.password ?? (refused ? words.wrong : undefined)}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="current-password"
            value={form.values.password}
            onChange={form.type("password")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && !refused && <ErrorNote error={form.error} />}
      <div className="flex items-center justify-between">
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.go}
        </Button>
        <Link {...paths.reset()} className={buttonClasses("quiet", "-mr-2.5")}>
          {words.forgot}
        </Link>
      </div>
    </form>
  );
}
