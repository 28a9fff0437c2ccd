import type { NewAuditSink } from "@steward/sdk";
import { auditKeys } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";

const { sinks: words } = say.people.audit;

/** Where else the log goes. */
export function SinkPanel({ close }: { close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const add = useAct({
    act: (body: NewAuditSink) => client.createAuditSink({ organization: organization.id, body }),
    changes: [auditKeys.sinks(organization.id)],
    said: ({ address }) => words.added(address),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { kind: "syslog", address: "", secret: "", since: "now" },
    ({ address }) => wrongs({ address: needed(address) }),
    async ({ kind, address, secret, since }) =>
      void (await add.mutateAsync({
        kind: kind === "http" ? "http" : "syslog",
        address: address.trim(),
        secret: kind === "http" && secret !== "" ? secret : undefined,
        since: since === "start" ? "start" : "now",
      })),
  );
  const kind = form.values.kind === "http" ? "http" : "syslog";
  return (
    <Panel title={words.add} label={words.add} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.kind}>
          {(control) => (
            <select {...control} value={kind} onChange={form.type("kind")} className="field">
              <option value="syslog">{words.kinds.syslog}</option>
              <option value="http">{words.kinds.http}</option>
            </select>
          )}
        </Field>
        <Field label={words.address} help={words.addressHelp[kind]} error={form.errors.address}>
          {(control) => (
            <input
              {...control}
              maxLength={2000}
              value={form.values.address}
              onChange={form.type("address")}
              className="field font-mono text-13"
            />
          )}
        </Field>
        {kind === "http" && (
          <Field label={words.secret} help={words.secretHelp}>
            {(control) => (
              <input
                {...control}
                type="password"
                autoComplete="new-password"
                value={form.values.secret}
                onChange={form.type("secret")}
                className="field font-mono text-13"
              />
            )}
          </Field>
        )}
        <Field label={words.since}>
          {(control) => (
            <select {...control} value={form.values.since} onChange={form.type("since")} className="field">
              <option value="now">{words.sinces.now}</option>
              <option value="start">{words.sinces.start}</option>
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
