import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { ownTimeZone, slugOf, slugWrong, timeZoneWrong } from "./project-form.ts";
import { TimeZoneField } from "./TimeZoneField.tsx";
import { useOrganization } from "./use-organization.ts";

const { projects: words } = say.people;

/** A project with keys, a database and a volume of its own. */
export function NewProjectPanel({ close }: { close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [slugTyped, setSlugTyped] = useState(false);
  const create = useAct({
    act: ({ name, slug, timeZone, region }: { name: string; slug: string; timeZone: string; region: string }) =>
      client.createProject({
        organization: organization.id,
        body: { name, slug, timeZone, region: region === "" ? null : region },
      }),
    changes: [peopleKeys.projects(organization.id), keys.session],
    said: ({ name }) => words.created(name),
    quiet: true,
    after: close,
  });
  const form = useForm(
    {
      name: "",
      slug: "",
      timeZone: ownTimeZone(),
      region: organization.region ?? "",
    },
    (values) =>
      wrongs({
        name: needed(values.name),
        slug: slugWrong(slugTyped ? values.slug : slugOf(values.name)),
        timeZone: timeZoneWrong(values.timeZone),
      }),
    async (values) => {
      const slug = slugTyped ? values.slug : slugOf(values.name);
      const region = values.region.trim();
      await create.mutateAsync({ name: values.name.trim(), slug, timeZone: values.timeZone.trim(), region });
    },
  );
  const { values, errors } = form;
  return (
    <Panel title={words.new} label={words.new} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.name} error={errors.name}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={100}
              value={values.name}
              onChange={form.type("name")}
              className="field"
            />
          )}
        </Field>
        <Field label={words.slug} help={words.slugHelp} error={errors.slug}>
          {(control) => (
            <input
              {...control}
              value={slugTyped ? values.slug : slugOf(values.name)}
              onChange={(event) => {
                setSlugTyped(true);
                form.type("slug")(event);
              }}
              className="field font-mono text-13"
            />
          )}
        </Field>
        <TimeZoneField value={values.timeZone} change={form.type("timeZone")} error={errors.timeZone} />
        <Field label={words.region} help={words.regionHelp}>
          {(control) => (
            <input {...control} maxLength={50} value={values.region} onChange={form.type("region")} className="field" />
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.create}
        </Button>
      </form>
    </Panel>
  );
}
