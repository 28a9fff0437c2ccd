import { type ConnectionAuthentication, type Consent, ProblemError, RawBody } from "@steward/sdk";
import { Link, useNavigate } from "@tanstack/react-router";
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
import { useFirstWrong } from "../ui/use-first-wrong.ts";
import { ActionsWanted, type Connector } from "./ActionsWanted.tsx";
import { addressExample } from "./address-example.ts";
import type { SaveFirst } from "./OAuthClientPart.tsx";
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

/** What is to be saved before consent is asked for: told as it is typed, used as it is sent. */
function keepSave() {
  let kept: SaveFirst = null;
  return {
    set: (save: SaveFirst) => {
      kept = save;
    },
    isSaved: async () => kept === null || (await kept()),
  };
}

/** What a connection is begun with: the name and the actions that a flow needs. */
export interface Wanted {
  readonly slug?: string | undefined;
  readonly actions?: readonly string[] | undefined;
}

function startOf(connector: Connector, { slug, actions = [] }: Wanted): Typed {
  const offered = new Set([...connector.actions, ...connector.triggers].map(({ id }) => id));
  return {
    slug: slug ?? connector.id.replaceAll("_", "-"),
    owner: "project",
    flow: "",
    address: "",
    way: connector.authentication[0] ?? "none",
    actions: actions.filter((one) => offered.has(one)),
    secret: EMPTY_SECRET,
  };
}

/** Connecting an account: by consent, which is shown first, or by a secret. */
export function ConnectForm({
  connector,
  wanted,
  made,
  children,
}: {
  connector: Connector;
  wanted: Wanted;
  made: (consent: Consent) => void;
  /** What consent needs to be set up before, for what was chosen; `toSave` is told what was typed there and not saved. */
  children: (chosen: readonly string[], toSave: (save: SaveFirst) => void) => ReactNode;
}) {
  const form = useId();
  const navigate = useNavigate();
  const [tries, setTries] = useState(0);
  const [saveFirst] = useState(keepSave);
  const [typed, setTyped] = useState<Typed>(() => startOf(connector, wanted));
  const connect = useConnect((consent) => {
    if (consent.authorizationUrl !== null || consent.device !== null) return made(consent);
    return navigate(paths.connections({ open: consent.connection.slug, connected: consent.notReached === null }));
  });
  const consents = typed.way === "oauth2" || typed.way === "device";
  const wrong: Partial<Record<PlaceField, string | undefined>> = {
    slug: slugWrong(typed.slug),
    address: connector.takesAddress && typed.address.trim() === "" ? say.entry.needed : undefined,
  };
  const tried = tries > 0;
  const nothingChosen = consents && typed.actions.length === 0 && offersAny(connector);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    if (wrong.slug ?? wrong.address) return;
    if (nothingChosen || secretOf(typed.way, typed.secret, saysItself(connector)) === null) return;
    if (!consents || (await saveFirst.isSaved())) connect.mutate(bodyOf(connector.id, typed));
    else setTries(tries + 2);
  };
  const problems = problemsOf(connect.error);
  const taken = takenIn(connect.error);
  const error = (field: PlaceField) =>
    (tried ? wrong[field] : undefined) ??
    (field === "slug" && taken !== null && taken === typed.slug ? words.taken : undefined) ??
    problems.find((one) => one.field === field)?.message;
  const elsewhere = taken === null && (problems.length === 0 || problems.some(({ field }) => !SHOWN.has(field)));
  const within = useFirstWrong<HTMLDivElement>(tries, connect.error);
  return (
    <div ref={within} className="space-y-6">
      <form id={form} className="space-y-4" onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        <Place connector={connector} typed={typed} change={setTyped} error={error} taken={taken} />
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
      {consents && children(typed.actions, saveFirst.set)}
      <div className="space-y-4">
        {connect.isError && elsewhere && <ErrorNote error={connect.error} />}
        <Button type="submit" form={form} look="primary" disabled={connect.isPending}>
          {consents ? words.next : say.connections.connect}
        </Button>
      </div>
    </div>
  );
}

/** The name that another connection has already, where that is what was refused. */
function takenIn(error: unknown): string | null {
  if (!(error instanceof ProblemError) || error.code !== "conflict") return null;
  const { connection } = error.details;
  return typeof connection === "string" ? connection : null;
}

function offersAny({ actions, triggers }: Connector): boolean {
  return actions.length + triggers.length > 0;
}

type PlaceField = "slug" | "flow" | "address";
const SHOWN: ReadonlySet<string> = new Set<PlaceField>(["slug", "flow", "address"]);

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
  connector: { id, authentication, takesAddress },
  typed,
  change,
  error,
  taken,
}: {
  connector: Connector;
  typed: Typed;
  change: (typed: Typed) => void;
  error: (field: PlaceField) => string | undefined;
  taken: string | null;
}) {
  const flows = usePrincipals().filter(({ value }) => value.startsWith("flow:"));
  return (
    <>
      <Field label={words.slug} help={words.slugHelp} error={error("slug")} needed>
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
      {taken !== null && taken === typed.slug && (
        <Link {...paths.connections({ open: taken })} className="text-13 text-accent underline">
          {words.openTaken(taken)}
        </Link>
      )}
      {authentication.length > 1 && (
        <Select
          label={words.way}
          value={typed.way}
          options={authentication.map((way) => [way, words.ways[way]])}
          change={(text) => change({ ...typed, way: authentication.find((way) => way === text) ?? typed.way })}
        />
      )}
      {takesAddress && (
        <Field label={words.address} help={words.addressHelp(addressExample(id))} error={error("address")} needed>
          {(control) => (
            <input
              {...control}
              type="url"
              placeholder={addressExample(id)}
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
