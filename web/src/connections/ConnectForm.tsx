import { type ConnectionAuthentication, type Consent, RawBody } from "@steward/sdk";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useClient } from "../api/client.ts";
import { connectionKeys } from "../api/connection-queries.ts";
import { grantKeys } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { problemsOf } from "../grants/form-problems.ts";
import { usePrincipals } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { slugWrong } from "../people/project-form.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";
import { ActionsWanted, type Connector } from "./ActionsWanted.tsx";
import { EMPTY_SECRET, saysItself, SecretFields, secretOf, type SecretTyped } from "./SecretFields.tsx";

const { form: words } = say.connections;

interface Typed {
  readonly slug: string;
  readonly owner: "project" | "me";
  readonly flow: string;
  readonly address: string;
  readonly way: ConnectionAuthentication;
  readonly actions: readonly string[];
  readonly secret: SecretTyped;
}

function bodyOf(connector: string, typed: Typed) {
  const { slug, owner, flow, address, way, actions } = typed;
  const secret = secretOf(way, typed.secret, saysItself({ id: connector }));
  return {
    connector,
    slug,
    owner,
    actions,
    device: way === "device",
    ...(flow === "" ? {} : { flow }),
    ...(address.trim() === "" ? {} : { address: address.trim() }),
    ...(secret ? { secret } : {}),
  };
}

/** Connecting an account: by consent, which is shown first, or by a secret. */
export function ConnectForm({
  connector,
  made,
  children,
}: {
  connector: Connector;
  made: (consent: Consent) => void;
  /** What consent needs to be set up before, for what was chosen. */
  children: (chosen: readonly string[]) => ReactNode;
}) {
  const form = useId();
  const navigate = useNavigate();
  const [tried, setTried] = useState(false);
  const [typed, setTyped] = useState<Typed>({
    slug: connector.id.replaceAll("_", "-"),
    owner: "project",
    flow: "",
    address: "",
    way: connector.authentication[0] ?? "none",
    actions: [],
    secret: EMPTY_SECRET,
  });
  const connect = useConnect((consent) => {
    if (consent.authorizationUrl !== null || consent.device !== null) return made(consent);
    return navigate(paths.connections({ open: consent.connection.slug, connected: true }));
  });
  const consents = typed.way === "oauth2" || typed.way === "device";
  const wrong = slugWrong(typed.slug);
  const nothingChosen = consents && typed.actions.length === 0 && offersAny(connector);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong === undefined && !nothingChosen && secretOf(typed.way, typed.secret, saysItself(connector)) !== null)
      connect.mutate(bodyOf(connector.id, typed));
  };
  const problems = problemsOf(connect.error);
  const error = (field: string) => problems.find((one) => one.field === field)?.message;
  const elsewhere = problems.length === 0 || problems.some(({ field }) => !SHOWN.has(field));
  return (
    <>
      <form id={form} className="space-y-4" onSubmit={submit} noValidate autoComplete="off">
        <Place
          connector={connector}
          typed={typed}
          change={setTyped}
          error={(field) => (tried && field === "slug" ? wrong : undefined) ?? error(field)}
        />
        <SecretFields
          way={typed.way}
          typed={typed.secret}
          own={saysItself(connector)}
          change={(secret) => setTyped({ ...typed, secret })}
          tried={tried}
        />
        {(consents || typed.way === "service_account") && offersAny(connector) && (
          <ActionsWanted
            connector={connector}
            chosen={typed.actions}
            change={(actions) => setTyped({ ...typed, actions })}
            error={tried && nothingChosen ? words.noActions : undefined}
          />
        )}
      </form>
      {consents && children(typed.actions)}
      <div className="space-y-4">
        {connect.isError && elsewhere && <ErrorNote error={connect.error} />}
        <Button type="submit" form={form} look="primary" disabled={connect.isPending}>
          {consents ? words.next : say.connections.connect}
        </Button>
      </div>
    </>
  );
}

function offersAny({ actions, triggers }: Connector): boolean {
  return actions.length + triggers.length > 0;
}

const SHOWN: ReadonlySet<string> = new Set(["slug", "flow", "address"]);

function useConnect(after: (consent: Consent) => unknown) {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: (body: unknown) => client.createConnection({ body: new RawBody(JSON.stringify(body), "application/json") }),
    changes: [connectionKeys.connections(here.project.id), grantKeys.grants(here.project.id)],
    quiet: true,
    after,
  });
}

function Place({
  connector: { authentication, takesAddress },
  typed,
  change,
  error,
}: {
  connector: Connector;
  typed: Typed;
  change: (typed: Typed) => void;
  error: (field: "slug" | "flow" | "address") => string | undefined;
}) {
  const flows = usePrincipals().filter(({ value }) => value.startsWith("flow:"));
  return (
    <>
      <Field label={words.slug} help={words.slugHelp} error={error("slug")}>
        {(control) => (
          <input
            {...control}
            maxLength={63}
            value={typed.slug}
            onChange={({ target }) => change({ ...typed, slug: target.value })}
            className="field font-mono text-13"
          />
        )}
      </Field>
      {authentication.length > 1 && (
        <Select
          label={words.way}
          value={typed.way}
          options={authentication.map((way) => [way, words.ways[way]])}
          change={(text) => change({ ...typed, way: authentication.find((way) => way === text) ?? typed.way })}
        />
      )}
      {takesAddress && (
        <Field label={words.address} error={error("address")}>
          {(control) => (
            <input
              {...control}
              type="url"
              placeholder="https://"
              value={typed.address}
              onChange={({ target }) => change({ ...typed, address: target.value })}
              className="field font-mono text-13"
            />
          )}
        </Field>
      )}
      <Select
        label={words.owner}
        value={typed.owner}
        options={[
          ["project", words.owners.project],
          ["me", words.owners.me],
        ]}
        change={(text) => change({ ...typed, owner: text === "me" ? "me" : "project" })}
      />
      <Select
        label={words.flow}
        value={typed.flow}
        error={error("flow")}
        options={[["", words.anyFlow], ...flows.map(({ value, label }) => [value.slice(5), label] as const)]}
        change={(flow) => change({ ...typed, flow })}
      />
    </>
  );
}

function Select({
  label,
  value,
  options,
  change,
  error,
}: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  change: (text: string) => void;
  error?: string | undefined;
}) {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <select {...control} value={value} onChange={({ target }) => change(target.value)} className="field">
          {options.map(([one, name]) => (
            <option key={one} value={one}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
