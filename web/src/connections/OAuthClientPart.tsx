import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { connectionKeys, oauthClientsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";
import type { Connector } from "./ActionsWanted.tsx";
import { scopesNeeded } from "./scopes-needed.ts";

const { client: words } = say.connections;
/** Saves what was typed and not saved; whether that worked. Null where nothing was typed. */
export type SaveFirst = (() => Promise<boolean>) | null;

/** Providers that sign what they send here of themselves: what is pressed in a chat. */
const SIGNING: ReadonlySet<string> = new Set(["slack"]);

/**
 * One's own OAuth client at the provider: how to make one, the address to give there, and what it gave in return. Open
 * until there is one to ask with.
 */
export function OAuthClientPart({
  connector,
  chosen,
  redirectUrl,
  toSave,
}: {
  connector: Connector;
  /** Actions and triggers whose scopes the client must be allowed to ask for. */
  chosen: readonly string[];
  redirectUrl: string;
  /** Told to whoever asks for consent: with the client that was typed, not the one before. */
  toSave: (save: SaveFirst) => void;
}) {
  const { here, may } = useSession();
  const clients = useQuery(oauthClientsQuery(useClient(), here.project.id));
  const own = clients.data?.items.find((one) => one.connector === connector.id);
  return (
    <details open={!connector.hasClient} className="rounded-md border border-line px-3 py-2.5 text-13">
      <summary className="cursor-pointer">
        <span className="font-medium">{words.title}</span>{" "}
        {own ? (
          <span className="text-text-2">
            {words.set(own.clientId)}, <Time at={own.setAt} />
          </span>
        ) : (
          <span className={connector.hasClient ? "text-text-2" : "text-waiting"}>
            {connector.hasClient ? words.ofInstallation : words.needed}
          </span>
        )}
      </summary>
      <section aria-label={words.title} className="space-y-4 pt-3">
        <p className="text-text-2">{words.what}</p>
        <div>
          <h4 className="font-medium">{words.redirect}</h4>
          <p className="text-text-2">{words.redirectWhat}</p>
          <div className="mt-1 flex items-center gap-1 rounded-md border border-line bg-surface-1 py-0.5 pr-1 pl-2.5">
            <code className="min-w-0 flex-1 font-mono text-12 break-all select-all">{redirectUrl}</code>
            <CopyButton text={redirectUrl} label={words.copyRedirect} />
          </div>
        </div>
        {connector.setUp.length > 0 && (
          <div>
            <h4 className="font-medium">{words.steps}</h4>
            <ol className="list-decimal space-y-1 pl-5">
              {connector.setUp.map((step) => (
                <li key={step} className="break-words">
                  {visible(step)}
                </li>
              ))}
            </ol>
          </div>
        )}
        <ScopesNeeded connector={connector} chosen={chosen} />
        {may("connection.write") && (
          <ClientForm key={own?.setAt} connector={connector.id} before={own?.clientId ?? ""} toSave={toSave} />
        )}
        {may("connection.write") && own && <Erase connector={connector.id} />}
      </section>
    </details>
  );
}

/** As the provider's own pages name them, to be entered there. */
function ScopesNeeded({ connector, chosen }: { connector: Connector; chosen: readonly string[] }) {
  const scopes = scopesNeeded(connector, chosen);
  const asText = scopes.map(({ scope }) => scope).join("\n");
  return (
    <div>
      <div className="flex items-center justify-between gap-2">
        <h4 className="font-medium">{words.scopes}</h4>
        {scopes.length > 0 && <CopyButton text={asText} label={words.copyScopes} />}
      </div>
      <p className="text-text-2">{chosen.length === 0 ? words.scopesNone : words.scopesWhat}</p>
      <ul className="mt-1 space-y-1">
        {scopes.map(({ scope, means }) => (
          <li key={scope} title={means}>
            <code className="font-mono text-12 break-all select-all">{visible(scope)}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ClientForm({
  connector,
  before,
  toSave,
}: {
  connector: string;
  before: string;
  toSave: (save: SaveFirst) => void;
}) {
  const client = useClient();
  const { here } = useSession();
  const save = useAct({
    act: ({ clientId, clientSecret, signingSecret }: Record<"clientId" | "clientSecret" | "signingSecret", string>) =>
      client.putOAuthClient({
        connector,
        body: {
          clientId: clientId.trim(),
          ...(clientSecret === "" ? {} : { clientSecret }),
          ...(signingSecret === "" ? {} : { signingSecret }),
        },
      }),
    changes: [connectionKeys.clients(here.project.id), connectionKeys.connectors(here.project.id)],
    said: () => words.saved,
    quiet: true,
  });
  const form = useForm(
    { clientId: before, clientSecret: "", signingSecret: "" },
    ({ clientId }) => wrongs({ clientId: needed(clientId) }),
    async (typed) => void (await save.mutateAsync(typed)),
  );
  const { clientId, clientSecret, signingSecret } = form.values;
  const isTyped = clientId.trim() !== before || clientSecret !== "" || signingSecret !== "";
  const { send } = form;
  useEffect(() => {
    toSave(isTyped ? send : null);
    return () => toSave(null);
  });
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate autoComplete="off">
      <Field label={words.id} error={form.errors.clientId}>
        {(control) => (
          <input
            {...control}
            maxLength={8192}
            value={form.values.clientId}
            onChange={form.type("clientId")}
            className="field font-mono text-13"
          />
        )}
      </Field>
      <Hidden
        label={words.secret}
        help={words.secretHelp}
        value={clientSecret}
        type={(text) => form.set("clientSecret", text)}
      />
      {SIGNING.has(connector) && (
        <Hidden
          label={words.signing}
          help={words.signingHelp}
          value={signingSecret}
          type={(text) => form.set("signingSecret", text)}
        />
      )}
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" disabled={form.busy}>
        {words.save}
      </Button>
    </form>
  );
}

/** A secret, which nobody is shown again. */
function Hidden({
  label,
  help,
  value,
  type,
}: {
  label: string;
  help: string;
  value: string;
  type: (text: string) => void;
}) {
  return (
    <Field label={label} help={help}>
      {(control) => (
        <input
          {...control}
          type="password"
          autoComplete="new-password"
          maxLength={8192}
          value={value}
          onChange={({ target }) => type(target.value)}
          className="field font-mono text-13"
        />
      )}
    </Field>
  );
}

function Erase({ connector }: { connector: string }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const erase = useAct({
    act: () => client.deleteOAuthClient({ connector }),
    changes: [connectionKeys.clients(here.project.id), connectionKeys.connectors(here.project.id)],
    said: () => words.erased,
  });
  return (
    <>
      <Button look="danger" disabled={erase.isPending} onClick={() => setAsking(true)}>
        {words.erase}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.eraseTitle}
        what={words.eraseWhat}
        verb={words.erase}
        act={() => erase.mutate()}
      />
    </>
  );
}
