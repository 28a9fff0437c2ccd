import type { Connection, ConnectionDetails } from "@steward/sdk";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useClient } from "../api/client.ts";
import { connectionQuery } from "../api/connection-queries.ts";
import { grantsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { useAccountNames } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { ConnectionActs } from "./ConnectionActs.tsx";
import { connectionState } from "./connection-state.ts";
import { isLoopback } from "./is-loopback.ts";
import { useConnectorTitles } from "./use-connector-titles.ts";

const { connections: words } = say;

/** One connection: how it is, what it may, who may use it; to test, renew and disconnect. */
export function ConnectionPanel({ slug, close }: { slug: string; close: () => void }) {
  const { here, may } = useSession();
  const found = useQuery(connectionQuery(useClient(), here.project.id, slug));
  const title = words.panel(slug);
  return (
    <Panel title={title} label={title} close={close} wide>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.data && (
        <div className="space-y-6 p-4">
          <Facts connection={found.data} />
          {found.data.status !== "pending" && <Scopes connection={found.data} />}
          <UsedBy connection={found.data} />
          {may("grant.read") && <Uses connection={found.data} />}
          {may("connection.write") && found.data.status !== "disconnected" && (
            <ConnectionActs connection={found.data} />
          )}
        </div>
      )}
    </Panel>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const { status, connector, account, owner, flow, hosts, address, connectedAt, refreshedAt, expiresAt, usedAt } =
    connection;
  const { buttonsUrl } = connection;
  const nameOf = useAccountNames();
  const titleOf = useConnectorTitles();
  return (
    <>
      <div className="text-13">
        <StateBadge {...connectionState(connection)} />
        {connection.errorCode !== null && (
          <p className={classes("mt-1", status === "active" ? "text-doubt" : "text-failed")}>
            {errorWords(connection.errorCode)}
          </p>
        )}
      </div>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        <Fact name={words.provider}>{titleOf(connector)}</Fact>
        {account !== null && <Fact name={words.account}>{visible(account)}</Fact>}
        <Fact name={words.owner}>{owner === null ? words.ofProject : nameOf(owner)}</Fact>
        {flow !== null && <Fact name={words.flow}>{visible(flow)}</Fact>}
        <Fact name={words.hosts}>{hosts.map(visible).join(", ")}</Fact>
        {address !== null && <Fact name={words.address}>{visible(address)}</Fact>}
        {buttonsUrl !== null && (
          <Fact name={words.buttons}>
            <span className="flex items-start gap-1">
              <code className="min-w-0 flex-1 font-mono text-12 break-all select-all">{buttonsUrl}</code>
              <CopyButton text={buttonsUrl} label={words.copyButtons} />
            </span>
            <span className="text-12 text-text-3">{words.buttonsWhat}</span>
            {isLoopback(buttonsUrl) && <span className="block text-12 text-waiting">{words.buttonsLoopback}</span>}
          </Fact>
        )}
        {connectedAt !== null && (
          <Fact name={words.since}>
            <Time at={connectedAt} />
          </Fact>
        )}
        {refreshedAt !== null && (
          <Fact name={words.refreshed}>
            <Time at={refreshedAt} />
          </Fact>
        )}
        {expiresAt !== null && (
          <Fact name={words.expires}>
            <Time at={expiresAt} />
          </Fact>
        )}
        <Fact name={words.used}>{usedAt === null ? words.never : <Time at={usedAt} />}</Fact>
      </dl>
    </>
  );
}

function errorWords(code: string): string {
  const known: Readonly<Record<string, unknown>> = { ...words.problems, ...words.errors };
  const said = known[code];
  return typeof said === "string" ? said : words.error(code);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Scopes({ connection: { scopes } }: { connection: Connection }) {
  return (
    <section aria-label={words.scopes} className="text-13">
      <h3 className="font-medium">{words.scopes}</h3>
      {scopes.length === 0 && <p className="text-text-2">{words.noScopes}</p>}
      <ul className="space-y-0.5">
        {scopes.map(({ scope, means }) => (
          <li key={scope} title={scope}>
            {visible(means)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whose published version acts with it. */
function UsedBy({ connection: { usedBy } }: { connection: ConnectionDetails }) {
  return (
    <section aria-label={words.usedBy} className="space-y-1 text-13">
      <h3 className="font-medium">{words.usedBy}</h3>
      {usedBy.length === 0 && <p className="text-text-2">{words.unused}</p>}
      <ul className="space-y-1">
        {usedBy.map(({ flow, name, paused, how }) => (
          <li key={flow} className="break-words">
            <Link {...paths.flow(flow)} className="hover:underline">
              {visible(name)}
            </Link>
            <span className="text-text-2">{words.how(how, paused)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who may do what with it: its grants, in words. */
function Uses({ connection: { slug, status } }: { connection: Connection }) {
  const { here, may } = useSession();
  const list = useInfiniteQuery(grantsQuery(useClient(), here.project.id, { connection: slug, ended: false }));
  const grants = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const isNext = status === "active" && list.isSuccess && grants.length === 0;
  return (
    <section aria-label={words.grants} className="space-y-2 text-13">
      <h3 className="font-medium">{words.grants}</h3>
      {list.isSuccess && grants.length === 0 && <p className="text-text-2">{words.noGrants}</p>}
      <ul className="space-y-1">
        {grants.map(({ id, sentences }) => (
          <li key={id} className="break-words">
            <Link {...paths.grants({ connection: slug, grant: id })} className="hover:underline">
              {visible(sentences.join(" "))}
            </Link>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        {(may("grant.write") || may("connection.write")) && (
          <Link
            {...paths.grants({ connection: slug, grant: "new" })}
            className={buttonClasses(isNext ? "primary" : "plain")}
          >
            {words.giveGrant}
          </Link>
        )}
        {grants.length > 0 && (
          <Link {...paths.grants({ connection: slug })} className={buttonClasses("quiet")}>
            {words.allGrants}
          </Link>
        )}
      </div>
    </section>
  );
}
