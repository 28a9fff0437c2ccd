import { type MadeApiKeyAnswer, useMakeKey } from "./use-make-key.ts";
import { type Permission } from "@steward/sdk";
import { type ReactNode, useState } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ShownOnce } from "../ui/ShownOnce.tsx";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";
import { PermissionChoice } from "./PermissionChoice.tsx";
import { useKeyHolders } from "./use-key-holders.ts";

const { keys: words } = say.people;
const LIVES_DAYS = [7, 30, 90, 365] as const;

/** Making a key, whose text is shown this once; `member` is the service account it is for. */
export function NewKeyPanel({ member, close }: { member: string | null; close: () => void }) {
  const [made, setMade] = useState<MadeApiKeyAnswer | null>(null);
  return (
    <Panel title={words.make} label={words.make} close={close}>
      <div className="p-4">{made === null ? <KeyForm member={member} done={setMade} /> : <MadeKey made={made} />}</div>
    </Panel>
  );
}

/** The key's text, this once. */
export function MadeKey({ made: { name, key } }: { made: MadeApiKeyAnswer }) {
  return <ShownOnce text={key} label={words.made(name)} copy={words.copy} what={words.madeWhat} />;
}

function useKeyForm(member: string | null, chosen: ReadonlySet<Permission>, done: (made: MadeApiKeyAnswer) => void) {
  const make = useMakeKey(done);
  return useForm(
    { name: "", member: member ?? "", reach: "project", permissions: "all", days: "90" },
    ({ name, permissions }) =>
      wrongs({
        name: needed(name),
        permissions: permissions === "some" && chosen.size === 0 ? words.chosenNone : undefined,
      }),
    async ({ name, member: holder, reach, permissions, days }) =>
      void (await make.mutateAsync({
        name: name.trim(),
        member: holder === "" ? undefined : holder,
        reach: reach === "organization" ? "organization" : "project",
        permissions: permissions === "some" ? [...chosen] : null,
        expiresInDays: days === "" ? null : Number(days),
      })),
  );
}

function KeyForm({ member, done }: { member: string | null; done: (made: MadeApiKeyAnswer) => void }) {
  const { may } = useSession();
  const { services } = useKeyHolders();
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  const form = useKeyForm(member, chosen, done);
  const choice = (name: "member" | "reach" | "permissions" | "days", options: ReactNode) => (control: object) => (
    <select {...control} value={form.values[name]} onChange={form.type(name)} className="field">
      {options}
    </select>
  );
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.name} help={words.nameHelp} error={form.errors.name}>
        {(control) => (
          <input
            {...control}
            autoFocus
            maxLength={100}
            value={form.values.name}
            onChange={form.type("name")}
            className="field"
          />
        )}
      </Field>
      {services.length > 0 && (
        <Field label={words.holder}>
          {choice(
            "member",
            <>
              <option value="">{words.holderYou}</option>
              {services.map(({ id, name }) => (
                <option key={id} value={id}>
                  {visible(name)}
                </option>
              ))}
            </>,
          )}
        </Field>
      )}
      <Field label={words.reach} help={form.values.reach === "organization" ? words.reachHelp : undefined}>
        {choice("reach", <Options of={words.reaches} />)}
      </Field>
      <Field label={words.permissions} error={form.errors.permissions}>
        {choice("permissions", <Options of={{ all: words.allPermissions, some: words.chosen }} />)}
      </Field>
      {form.values.permissions === "some" && (
        <PermissionChoice
          chosen={chosen}
          change={setChosen}
          may={may}
          scope={form.values.reach === "project" ? "project" : null}
        />
      )}
      <Field label={words.expiresIn}>
        {choice(
          "days",
          <>
            {LIVES_DAYS.map((days) => (
              <option key={days} value={days}>
                {words.days(days)}
              </option>
            ))}
            <option value="">{words.forever}</option>
          </>,
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" look="primary" disabled={form.busy}>
        {words.go}
      </Button>
    </form>
  );
}

function Options({ of }: { of: Readonly<Record<string, string>> }) {
  return Object.entries(of).map(([value, label]) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}
