import type { ApiKey } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { MadeKey } from "./NewKeyPanel.tsx";
import type { MadeApiKeyAnswer } from "./use-make-key.ts";

const { keys: words } = say.people;
const OVERLAPS_HOURS = [1, 24, 168, 720] as const;

/** A key's successor; the old one goes on beside it for the overlap. */
export function RotateKeyPanel({ apiKey, close }: { apiKey: ApiKey; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const [made, setMade] = useState<MadeApiKeyAnswer | null>(null);
  const rotate = useAct({
    act: (overlapHours: number) => client.rotateKey({ key: apiKey.id, body: { overlapHours } }),
    changes: [peopleKeys.apiKeys(here.project.id)],
    quiet: true,
    after: (answer) => setMade(answer),
  });
  const form = useForm(
    { hours: "24" },
    () => ({}),
    async ({ hours }) => void (await rotate.mutateAsync(Number(hours))),
  );
  const title = words.rotateOf(apiKey.name);
  return (
    <Panel title={title} label={title} close={close}>
      <div className="space-y-4 p-4">
        {made === null ? (
          <form className="space-y-4" onSubmit={form.submit} noValidate>
            <p className="text-13">{words.rotateWhat}</p>
            <Field label={words.overlap}>
              {(control) => (
                <select {...control} value={form.values.hours} onChange={form.type("hours")} className="field">
                  <option value="0">{words.overlapNone}</option>
                  {OVERLAPS_HOURS.map((hours) => (
                    <option key={hours} value={hours}>
                      {hours < 48 ? words.hours(hours) : words.days(hours / 24)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            {form.error !== null && <ErrorNote error={form.error} />}
            <Button type="submit" look="primary" disabled={form.busy}>
              {words.rotate}
            </Button>
          </form>
        ) : (
          <MadeKey made={made} />
        )}
      </div>
    </Panel>
  );
}
