import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { useOrganization } from "./use-organization.ts";

const { people } = say;
const { support: words } = people;
const HOURS = [1, 4, 24, 72, 168] as const;

/** Letting the operator's staff look inside, for a reason and a time. */
export function SupportPanel({ close }: { close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const grant = useAct({
    act: (body: { reason: string; hours: number }) =>
      client.createSupportConsent({ organization: organization.id, body }),
    changes: [peopleKeys.consents(organization.id)],
    said: ({ hours }) => words.granted(hours),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { reason: "", hours: "4" },
    ({ reason }) => wrongs({ reason: needed(reason) }),
    async ({ reason, hours }) => void (await grant.mutateAsync({ reason: reason.trim(), hours: Number(hours) })),
  );
  return (
    <Panel title={words.grant} label={words.grant} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.reason} help={words.reasonHelp} error={form.errors.reason}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={100}
              value={form.values.reason}
              onChange={form.type("reason")}
              className="field"
            />
          )}
        </Field>
        <Field label={words.hours}>
          {(control) => (
            <select {...control} value={form.values.hours} onChange={form.type("hours")} className="field">
              {HOURS.map((hours) => (
                <option key={hours} value={hours}>
                  {hours < 48 ? people.keys.hours(hours) : people.keys.days(hours / 24)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.go}
        </Button>
      </form>
    </Panel>
  );
}
