import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { Unlock } from "../account/Unlock.tsx";
import { isOpen, type SignedIn, SignedInContext } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { slugOf } from "../people/project-form.ts";
import { BringProjectBack } from "../shell/BringProjectBack.tsx";
import { useSignOut } from "../shell/use-sign-out.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useForm } from "../ui/use-form.ts";

const { first: words } = say.entry;
const { asksFactor, asksSignOn, restored } = say.account.organizations;

/** For whoever is signed in and has nowhere to work yet: the first organization and project, or what was deleted. */
export function NoProject({ signedIn }: { signedIn: SignedIn }) {
  const signOut = useSignOut();
  const { account, organizations, locked } = signedIn;
  const out = (
    <Button look="quiet" className="-ml-2.5" onClick={signOut}>
      {say.signOut}
    </Button>
  );
  if (account.deletedAt !== null)
    return (
      <EntryPage title={words.deletedTitle} what={words.locked}>
        <BringAccountBack />
        {out}
      </EntryPage>
    );
  const deleted = organizations.filter(({ deletedAt }) => deletedAt !== null);
  const open = organizations.some((one) => isOpen(one, locked));
  return (
    <SignedInContext value={signedIn}>
      <EntryPage
        title={locked.length > 0 ? words.lockedTitle : words.title}
        what={locked.length > 0 ? words.lockedWhat : words.what}
      >
        {locked.length === 0 && <FirstProject signedIn={signedIn} />}
        {locked.map((one) => (
          <div key={one.organization.id} className="flex items-center justify-between gap-3 text-13">
            <span>{(one.needs === "sign_on_required" ? asksSignOn : asksFactor)(one.organization.name)}</span>
            <Unlock locked={one} />
          </div>
        ))}
        {deleted.map(({ id, name }) => (
          <BringBack key={id} id={id} name={name} />
        ))}
        {signedIn.deleted.map((one) => (
          <div key={one.project.id} className="flex items-center justify-between gap-3 text-13">
            <span>{words.deletedProject(one.project.name, one.organization.name)}</span>
            <BringProjectBack deleted={one} />
          </div>
        ))}
        <div className="flex gap-2">
          {out}
          <Link {...paths.account()} className={buttonClasses("quiet")}>
            {say.shell.account}
          </Link>
          {open && (
            <Link {...paths.organization()} className={buttonClasses("quiet")}>
              {say.shell.organizationShort}
            </Link>
          )}
        </div>
      </EntryPage>
    </SignedInContext>
  );
}

function FirstProject({ signedIn }: { signedIn: SignedIn }) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const own = signedIn.organizations.find(
    ({ deletedAt, permissions }) => deletedAt === null && permissions.includes("project.create"),
  );
  const form = useForm(
    { organization: own?.name ?? "", project: "" },
    (values) => wrongs({ organization: needed(values.organization), project: needed(values.project) }),
    async ({ organization, project }) => {
      const { id } = own ?? (await client.createOrganization({ body: { name: organization } }));
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const made = await client.createProject({
        organization: id,
        body: { name: project, slug: slugOf(project) || "project", timeZone },
      });
      await queries.invalidateQueries({ queryKey: keys.session });
      // The address may name a project that nobody has: from here on it names the new one.
      await navigate({ ...paths.flows(), search: { project: made.id } });
    },
  );
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.organization} help={words.organizationHelp} error={form.errors.organization}>
        {(control) => (
          <input
            {...control}
            value={form.values.organization}
            onChange={form.type("organization")}
            readOnly={own !== undefined}
            className="field read-only:bg-surface-2"
          />
        )}
      </Field>
      <Field label={words.project} help={words.projectHelp} error={form.errors.project}>
        {(control) => (
          <input {...control} value={form.values.project} onChange={form.type("project")} className="field" />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" look="primary" disabled={form.busy}>
        {words.go}
      </Button>
    </form>
  );
}

function BringBack({ id, name }: { id: string; name: string }) {
  const client = useClient();
  const { tell } = useNotices();
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => client.restoreOrganization({ organization: id }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.session });
      tell(restored(name));
    },
  });
  return (
    <div className="flex items-center justify-between gap-3 text-13">
      <span>{words.deleted(name)}</span>
      <Button disabled={restore.isPending} onClick={() => restore.mutate()}>
        {words.restore}
      </Button>
      {restore.isError && <ErrorNote error={restore.error} />}
    </div>
  );
}

function BringAccountBack() {
  const client = useClient();
  const { tell } = useNotices();
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => client.restoreAccount(),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.session });
      tell(words.accountBack);
    },
  });
  return (
    <>
      <Button look="primary" disabled={restore.isPending} onClick={() => restore.mutate()}>
        {words.bringBack}
      </Button>
      {restore.isError && <ErrorNote error={restore.error} />}
    </>
  );
}
