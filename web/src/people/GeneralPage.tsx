import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { NotYours } from "../shell/NotYours.tsx";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { EncryptionKeysSection } from "./EncryptionKeys.tsx";
import { OrganizationEnd } from "./OrganizationEnd.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { useOrganization } from "./use-organization.ts";

const { general: words } = say.people;

/** The organization's name and rules, its keys, its end. */
export function GeneralPage() {
  const { organization, may } = useOrganization();
  return (
    <OrganizationFrame>
      <div key={organization.id} className="space-y-10 py-6">
        <Section id="general" title={words.title} what={words.what} action={null}>
          <div className="max-w-md space-y-5 px-4 md:px-6">
            <CopyId id={organization.id} />
            {may("organization.write") && <GeneralForm key={`${organization.name} ${organization.region ?? ""}`} />}
          </div>
        </Section>
        {!may("organization.read") && <NotYours needs="organization.read" organization={organization.name} />}
        {may("organization.write") && <SecondFactorRule />}
        {may("keyring.rotate") && <EncryptionKeysSection />}
        <OrganizationEnd />
      </div>
    </OrganizationFrame>
  );
}

function GeneralForm() {
  const client = useClient();
  const { organization } = useOrganization();
  const save = useAct({
    act: (body: { name: string; region: string | null }) =>
      client.changeOrganization({ organization: organization.id, body }),
    changes: [keys.session],
    said: () => words.saved,
    quiet: true,
  });
  const form = useForm(
    { name: organization.name, region: organization.region ?? "" },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name, region }) =>
      void (await save.mutateAsync({ name: name.trim(), region: region.trim() === "" ? null : region.trim() })),
  );
  const same =
    form.values.name.trim() === organization.name && form.values.region.trim() === (organization.region ?? "");
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.name} error={form.errors.name}>
        {(control) => (
          <input {...control} maxLength={100} value={form.values.name} onChange={form.type("name")} className="field" />
        )}
      </Field>
      <Field label={words.region} help={words.regionHelp}>
        {(control) => (
          <input
            {...control}
            maxLength={50}
            value={form.values.region}
            onChange={form.type("region")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" disabled={form.busy || same}>
        {say.people.save}
      </Button>
    </form>
  );
}

/** Saved at once; it can be taken back. */
function SecondFactorRule() {
  const client = useClient();
  const { account } = useSignedIn();
  const { organization } = useOrganization();
  const put = (secondFactorRequired: boolean) =>
    client.changeOrganization({ organization: organization.id, body: { secondFactorRequired } });
  const change = useAct({
    act: put,
    changes: [keys.session],
    said: (on) => (on ? words.factorOn : words.factorOff),
    undo: (on) => put(!on),
  });
  const on = organization.secondFactorRequired;
  const locked = !on && !account.secondFactor;
  return (
    <Section id="factor-rule" title={words.factor} what={words.factorWhat} action={null}>
      <div className="px-4 md:px-6">
        <label className="inline-flex items-center gap-2 text-13 has-disabled:text-text-3">
          <input
            type="checkbox"
            checked={change.isPending ? change.variables : on}
            disabled={change.isPending || locked}
            onChange={({ target }) => change.mutate(target.checked)}
          />
          {words.factor}
        </label>
        {locked && <p className="mt-1 text-12 text-text-2">{words.factorFirst}</p>}
      </div>
    </Section>
  );
}
