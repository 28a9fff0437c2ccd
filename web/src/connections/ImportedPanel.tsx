import type { ImportedDetails } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useClient } from "../api/client.ts";
import {
  connectionChoiceQuery,
  connectionKeys,
  connectorQuery,
  importedConnectorQuery,
} from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { useAccountNames } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { ImportForm } from "./ImportForm.tsx";

const { imported: words } = say;
/** Of actions, listed at once; the search finds the others. */
const ACTIONS_SHOWN = 100;

/** One imported connector: its actions, what of its document was left out and why, who uses it. */
export function ImportedPanel({ id, close }: { id: string; close: () => void }) {
  const { here } = useSession();
  const found = useQuery(importedConnectorQuery(useClient(), here.project.id, id));
  const title = words.panel(found.data?.title ?? id);
  return (
    <Panel title={title} label={title} close={close} wide>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.data && <Details connector={found.data} close={close} />}
    </Panel>
  );
}

function Details({ connector, close }: { connector: ImportedDetails; close: () => void }) {
  const { may } = useSession();
  const nameOf = useAccountNames();
  const [again, setAgain] = useState(false);
  const { connector: id, base, apiVersion, version, importedAt, importedBy } = connector;
  return (
    <div className="space-y-6 p-4">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        <Fact name={words.id}>
          <span className="font-mono text-12">{id}</span>
        </Fact>
        <Fact name={words.base}>{visible(base)}</Fact>
        <Fact name={words.apiVersion}>{visible(apiVersion)}</Fact>
        <Fact name={words.importedBy}>
          {nameOf(importedBy)}, <Time at={importedAt} />, {words.round(version)}
        </Fact>
      </dl>
      {may("connection.write") && (
        <>
          <div className="flex flex-wrap gap-2">
            <Link {...paths.catalogue({ connector: id })} className={buttonClasses("primary")}>
              {words.connect}
            </Link>
            <Button onClick={() => setAgain(!again)}>{again ? say.cancel : words.form.again(id)}</Button>
          </div>
          {again && <ImportForm id={id} done={() => setAgain(false)} />}
        </>
      )}
      <Uses connector={id} close={close} />
      <Actions connector={id} />
      <Left connector={connector} />
    </div>
  );
}

function Actions({ connector }: { connector: string }) {
  const { here } = useSession();
  const found = useQuery(connectorQuery(useClient(), here.project.id, connector));
  const [search, setSearch] = useState("");
  const all = found.data?.actions ?? [];
  const wanted = search.trim().toLowerCase();
  const fitting = all.filter(({ id, title, summary }) => `${id} ${title} ${summary}`.toLowerCase().includes(wanted));
  const shown = fitting.slice(0, ACTIONS_SHOWN);
  return (
    <section aria-label={words.actions} className="space-y-2 text-13">
      <div className="flex items-center gap-3">
        <h3 className="flex-1 font-medium">{words.allActions(shown.length, all.length)}</h3>
        <input
          type="search"
          aria-label={words.searchActions}
          placeholder={words.searchActions}
          maxLength={100}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          className="field w-48 text-13"
        />
      </div>
      {found.isPending && <Skeleton rows={3} />}
      {found.isError && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && shown.length === 0 && <p className="text-text-2">{words.noAction}</p>}
      <ul className="divide-y divide-line/70">
        {shown.map(({ id, title, summary, class: kind }) => (
          <li key={id} className="py-1.5" title={summary}>
            <p className="break-words">
              {visible(title)} <span className="text-text-3">{words.classes[kind]}</span>
            </p>
            <p className="font-mono text-12 break-all text-text-3">{id}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Left({ connector: { left, refused } }: { connector: ImportedDetails }) {
  if (refused === 0) return null;
  return (
    <details className="text-13">
      <summary className="cursor-pointer font-medium">{words.left(refused)}</summary>
      <ul className="divide-y divide-line/70 pt-1">
        {left.map(({ operation, reason }) => (
          <li key={operation} className="py-1.5">
            <p className="font-mono text-12 break-all">{visible(operation)}</p>
            <p className="break-words text-text-2">{visible(reason)}</p>
          </li>
        ))}
      </ul>
      {refused > left.length && <p className="text-text-3">{words.leftMore(refused - left.length)}</p>}
    </details>
  );
}

/** Connections of it, which must go before it can; then the way to delete it. */
function Uses({ connector, close }: { connector: string; close: () => void }) {
  const client = useClient();
  const { here, may } = useSession();
  const [asking, setAsking] = useState(false);
  const list = useQuery(connectionChoiceQuery(client, here.project.id));
  const own = (list.data?.items ?? []).filter((one) => one.connector === connector && one.status !== "disconnected");
  const end = useAct({
    act: () => client.deleteImportedConnector({ connector }),
    changes: [connectionKeys.imported(here.project.id), connectionKeys.connectors(here.project.id)],
    said: () => words.deleted,
    after: close,
  });
  return (
    <section aria-label={words.uses} className="space-y-2 text-13">
      <h3 className="font-medium">{words.uses}</h3>
      {list.isSuccess && own.length === 0 && <p className="text-text-2">{words.noUses}</p>}
      <ul>
        {own.map(({ slug }) => (
          <li key={slug}>
            <Link {...paths.connections({ open: slug })} className="text-accent hover:underline">
              {visible(slug)}
            </Link>
          </li>
        ))}
      </ul>
      {may("connection.write") && (
        <>
          {own.length > 0 ? (
            <p className="text-text-3">{words.deleteFirst}</p>
          ) : (
            <Button look="danger" disabled={end.isPending || !list.isSuccess} onClick={() => setAsking(true)}>
              {words.delete}
            </Button>
          )}
          <Confirm
            open={asking}
            close={() => setAsking(false)}
            title={words.deleteTitle(connector)}
            what={words.deleteWhat}
            verb={words.delete}
            act={() => end.mutate()}
          />
        </>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
