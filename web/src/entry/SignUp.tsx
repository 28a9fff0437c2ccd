import type { Entrance } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useClient, useSignInClient } from "../api/client.ts";
import { entranceQuery } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { emailWrong, needed, passwordShort, wrongs } from "../ui/checks.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useKeptInvitation } from "./use-kept-invitation.ts";
import { ProviderButton } from "./ProviderButton.tsx";
import { useForm } from "../ui/use-form.ts";

const { signUp: words, signIn } = say.entry;

/** A new account: open to anybody, or to whom an invitation names. */
export function SignUp() {
  const { next } = useSearch({ from: "/sign-up" });
  const token = useKeptInvitation()?.token;
  const entrance = useQuery(entranceQuery(useClient()));
  if (entrance.data === undefined)
    return <EntryPage title={words.title}>{entrance.isError && <ErrorNote error={entrance.error} />}</EntryPage>;
  const { signUp, minimumAge } = entrance.data;
  const refusal =
    signUp === "closed" ? words.closed : signUp === "invitation" && token === undefined ? words.invited : null;
  if (refusal !== null)
    return (
      <EntryPage title={words.title} what={refusal}>
        <Link {...paths.signIn({ next })} className="text-13 font-medium text-accent hover:underline">
          {signIn.go}
        </Link>
      </EntryPage>
    );
  return <SignUpForm minimumAge={minimumAge} mail={entrance.data.mail} providers={entrance.data.providers} />;
}

function SignUpForm({ minimumAge, mail, providers }: Pick<Entrance, "minimumAge" | "mail" | "providers">) {
  const { next } = useSearch({ from: "/sign-up" });
  const { token, email = "" } = useKeptInvitation() ?? {};
  const auth = useSignInClient();
  const form = useForm(
    { name: "", email, password: "", birthDate: "" },
    (values) =>
      wrongs({
        name: needed(values.name),
        email: emailWrong(values.email),
        password: passwordShort(values.password),
        birthDate: minimumAge === null ? undefined : needed(values.birthDate),
      }),
    async ({ birthDate, ...person }) =>
      await auth.signUp({
        ...person,
        email: person.email.trim(),
        ...(minimumAge === null ? {} : { birthDate }),
        ...(token === undefined ? {} : { invitation: token }),
      }),
  );
  if (form.done)
    return (
      <EntryPage title={words.sent} what={words.sentWhat(form.values.email.trim())}>
        {!mail && <p className="text-13 text-text-2">{words.noMail}</p>}
        <Button onClick={() => void auth.sendVerification(form.values.email.trim())}>{words.again}</Button>
      </EntryPage>
    );
  const born = minimumAge === null || form.values.birthDate !== "" ? form.values.birthDate : null;
  const text =
    (name: "name" | "email" | "password" | "birthDate", type: string, autoComplete: string) => (control: object) => (
      <input
        {...control}
        type={type}
        autoComplete={autoComplete}
        value={form.values[name]}
        onChange={form.type(name)}
        readOnly={name === "email" && email !== ""}
        className="field read-only:bg-surface-2"
      />
    );
  return (
    <EntryPage title={words.title}>
      <form className="space-y-4" onSubmit={form.submit} noValidate>
        <Field label={words.name} error={form.errors.name}>
          {text("name", "text", "name")}
        </Field>
        <Field label={signIn.email} error={form.errors.email}>
          {text("email", "email", "username")}
        </Field>
        <Field label={signIn.password} help={words.passwordHelp} error={form.errors.password}>
          {text("password", "password", "new-password")}
        </Field>
        {minimumAge !== null && (
          <Field label={words.birthDate} help={words.birthDateHelp(minimumAge)} error={form.errors.birthDate}>
            {text("birthDate", "date", "bday")}
          </Field>
        )}
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.go}
        </Button>
      </form>
      <ByProvider providers={providers} invited={token === undefined ? undefined : email} birthDate={born} />
      <p className="text-13 text-text-2">
        {words.have}{" "}
        <Link {...paths.signIn({ next })} className="font-medium text-accent hover:underline">
          {signIn.go}
        </Link>
      </p>
    </EntryPage>
  );
}

/** A new account at a provider that knows the person already. */
function ByProvider({
  providers,
  invited,
  birthDate,
}: Pick<Entrance, "providers"> & { invited: string | undefined; birthDate: string | null }) {
  const { next } = useSearch({ from: "/sign-up" });
  if (providers.length === 0) return null;
  return (
    <div className="space-y-2">
      <p className="text-center text-12 text-text-3">{signIn.or}</p>
      {providers.map(({ id, name }) => (
        <ProviderButton key={id} id={id} label={words.with(name)} next={next} birthDate={birthDate} />
      ))}
      {invited !== undefined && <p className="text-12 text-text-2">{words.withWhat(invited)}</p>}
    </div>
  );
}
