import { type Connection, type ConnectionDetails, type Consent, RawBody } from "@steward/sdk";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { connectionKeys, connectorQuery } from "../api/connection-queries.ts";
import { grantKeys, grantsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Busy } from "../ui/Busy.tsx";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { useAct } from "../ui/use-act.ts";
import { ActionsWanted } from "./ActionsWanted.tsx";
import { ConsentView } from "./ConsentView.tsx";
import { useFirstWrong } from "../ui/use-first-wrong.ts";
import { offersWithin } from "./scopes-needed.ts";
import { EMPTY_SECRET, saysItself, SecretFields, secretOf } from "./SecretFields.tsx";

const { connections: words } = say;
const BY_CONSENT: ReadonlySet<string> = new Set(["oauth2", "device"]);
/** What asking for consent is then called. */
const WAYS = {
  pending: words.goOn,
  active: words.more,
  reauth_required: words.again,
  disconnected: words.again,
} as const satisfies Record<Connection["status"], string>;
const BY_SECRET: ReadonlySet<string> = new Set([
  "api_key",
  "basic",
  "client_credentials",
  "service_account",
  "certificate",
]);

/** What may be done with a connection: test it, ask for consent again, replace its secret, disconnect it. */
export function ConnectionActs({ connection }: { connection: ConnectionDetails }) {
  const { authentication, status } = connection;
  const [open, setOpen] = useState<"consent" | "secret" | null>(null);
  return (
    <div className="space-y-4 border-t border-line pt-4">
      <div className="flex flex-wrap gap-2">
        {status === "active" && <Test connection={connection} />}
        {BY_CONSENT.has(authentication) && (
          <Button look={status === "active" ? "plain" : "primary"} onClick={() => setOpen("consent")}>
            {WAYS[status]}
          </Button>
        )}
        {BY_SECRET.has(authentication) && <Button onClick={() => setOpen("secret")}>{words.secret}</Button>}
        <Disconnect connection={connection} />
      </div>
      {open === "consent" && <Again connection={connection} />}
      {open === "secret" && <Secret connection={connection} done={() => setOpen(null)} />}
    </div>
  );
}

function Test({ connection: { slug } }: { connection: Connection }) {
  const client = useClient();
  const { tell } = useNotices();
  const { here } = useSession();
  const test = useAct({
    act: () => client.testConnection({ slug }),
    changes: [connectionKeys.connections(here.project.id)],
    after: ({ ok, connection }) => ok && tell(words.tested(connection.account ?? slug)),
  });
  return (
    <>
      <Button disabled={test.isPending} onClick={() => test.mutate()}>
        {words.test}
      </Button>
      <Busy on={test.isPending} label={words.testing} />
      {test.data?.ok === false && (
        <p role="alert" className="order-last w-full text-13 text-failed">
          {words.testFailed(test.data.message ?? test.data.code ?? "")}
        </p>
      )}
    </>
  );
}

/** Asks for consent once more; what was granted before is asked for again. */
function Again({ connection: { slug, connector, authentication, status, asked } }: { connection: ConnectionDetails }) {
  const client = useClient();
  const { here } = useSession();
  const details = useQuery(connectorQuery(client, here.project.id, connector));
  const [chosen, setActions] = useState<readonly string[] | null>(null);
  // Until somebody chooses anew, what was chosen when the consent was begun.
  const actions = chosen ?? (details.data ? offersWithin(details.data, asked) : []);
  const ask = useMutation<Consent>({
    mutationFn: () => client.askConsent({ slug, body: { actions: [...actions], device: authentication === "device" } }),
  });
  if (ask.data)
    return <ConsentView consent={ask.data} title={details.data?.title ?? connector} differently={ask.reset} />;
  return (
    <div className="space-y-3">
      {status !== "pending" && <p className="text-13 text-text-2">{words.moreWhat}</p>}
      {details.data && <ActionsWanted connector={details.data} chosen={actions} change={setActions} />}
      {ask.isError && <ErrorNote error={ask.error} />}
      <Button look="primary" disabled={ask.isPending} onClick={() => ask.mutate()}>
        {words.form.next}
      </Button>
    </div>
  );
}

function Secret({
  connection: { slug, authentication, connector },
  done,
}: {
  connection: Connection;
  done: () => void;
}) {
  const client = useClient();
  const { here } = useSession();
  const [typed, setTyped] = useState(EMPTY_SECRET);
  const [tries, setTries] = useState(0);
  const secret = secretOf(authentication, typed, saysItself({ id: connector }));
  const save = useAct({
    act: () => client.putConnectionSecret({ slug, body: new RawBody(JSON.stringify(secret), "application/json") }),
    changes: [connectionKeys.connections(here.project.id)],
    said: () => words.secretSaved,
    quiet: true,
    after: done,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    if (secret) save.mutate();
  };
  const form = useFirstWrong<HTMLFormElement>(tries, save.error);
  return (
    <form ref={form} className="space-y-4" onSubmit={submit} noValidate autoComplete="off">
      <SecretFields
        way={authentication}
        own={saysItself({ id: connector })}
        typed={typed}
        change={setTyped}
        tried={tries > 0}
      />
      {save.isError && <ErrorNote error={save.error} />}
      <Button type="submit" look="primary" disabled={save.isPending}>
        {words.secret}
      </Button>
    </form>
  );
}

/** Asks first, by what ends with it; then leads to the receipt. */
function Disconnect({ connection: { slug, endsWith } }: { connection: ConnectionDetails }) {
  const client = useClient();
  const navigate = useNavigate();
  const { here, may } = useSession();
  const [asking, setAsking] = useState(false);
  const grants = useInfiniteQuery({
    ...grantsQuery(client, here.project.id, { connection: slug, ended: false }),
    enabled: may("grant.read"),
  });
  const on = grants.data?.pages.flatMap(({ items }) => items).length ?? 0;
  const end = useAct({
    act: () => client.disconnect({ slug }),
    changes: [connectionKeys.receipts(here.project.id), grantKeys.grants(here.project.id)],
    after: ({ id }) => navigate(paths.receipts({ open: id })),
  });
  return (
    <>
      <Button look="danger" disabled={end.isPending} onClick={() => setAsking(true)}>
        {words.disconnect}
      </Button>
      <Busy on={end.isPending} label={words.disconnecting} />
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.disconnectTitle(slug)}
        what={[
          words.disconnectWhat(on, grants.hasNextPage),
          ...(endsWith.length === 0 ? [] : [words.endsWith(endsWith)]),
        ].join(" ")}
        verb={words.disconnect}
        act={() => end.mutate()}
      />
    </>
  );
}
