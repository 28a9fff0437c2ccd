import type { Credential } from "@steward/sdk";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { credentialsQuery, keys } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { NothingHere, Section } from "./Section.tsx";

/** Credentials as they are ever shown: where they may go, when they were set and by whom. */
export function CredentialList() {
  const list = useInfiniteQuery(credentialsQuery(useClient()));
  const able = useSession().may("credential.write");
  const credentials = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const { settings } = say;
  return (
    <Section
      id="credentials"
      title={settings.credentials}
      what={settings.credentialsWhat}
      action={
        able && (
          <Link {...paths.settings({ set: "credential" })} className={buttonClasses("plain")}>
            {settings.setCredential}
          </Link>
        )
      }
    >
      {list.isPending && <Skeleton rows={3} />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && credentials.length === 0 && (
        <NothingHere title={settings.noCredentials} what={settings.noCredentialsWhat} />
      )}
      {credentials.length > 0 && (
        <>
          <Table
            label={settings.credentials}
            columns={[
              { name: settings.slug },
              { name: settings.kind, className: "w-40", wide: true },
              { name: settings.hosts, wide: true },
              { name: settings.set, className: "w-52", wide: true },
              ...(able ? [{ name: settings.actions, className: "w-52", right: true }] : []),
            ]}
          >
            {credentials.map((credential) => (
              <CredentialRow key={credential.slug} credential={credential} able={able} />
            ))}
          </Table>
          {list.hasNextPage && (
            <More
              count={credentials.length}
              noun={settings.credentialNoun}
              next={() => void list.fetchNextPage()}
              busy={list.isFetchingNextPage}
            />
          )}
        </>
      )}
    </Section>
  );
}

function CredentialRow({ credential, able }: { credential: Credential; able: boolean }) {
  const { slug, kind, hosts, setAt, setBy } = credential;
  const { settings } = say;
  return (
    <Row>
      <Cell>
        <span className="font-mono text-13">{slug}</span>
        <span className="block truncate pb-1 text-12 text-text-3 @3xl:hidden">
          <Time at={setAt} /> {settings.setBy} {setBy}
        </span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {settings.kinds[kind]}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <span title={hosts.join("\n")}>{hosts.length === 0 ? settings.anyHost : hosts.join(", ")}</span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <Time at={setAt} /> {settings.setBy} {setBy}
      </Cell>
      {able && (
        <Cell right>
          <CredentialActs slug={slug} />
        </Cell>
      )}
    </Row>
  );
}

function CredentialActs({ slug }: { slug: string }) {
  const { settings } = say;
  const [asking, setAsking] = useState(false);
  const erase = useErase(slug);
  return (
    <>
      <span className="inline-flex gap-1">
        <Link
          {...paths.settings({ set: "credential", name: slug })}
          aria-label={`${settings.setAgain}: ${slug}`}
          className={buttonClasses("quiet", "h-7")}
        >
          {settings.setAgain}
        </Link>
        <Button look="quiet" className="h-7" aria-label={`${settings.erase}: ${slug}`} onClick={() => setAsking(true)}>
          {settings.erase}
        </Button>
      </span>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={settings.eraseTitle(slug)}
        what={settings.eraseWhat}
        verb={settings.erase}
        act={() => erase.mutate()}
      />
    </>
  );
}

function useErase(slug: string) {
  const client = useClient();
  const queries = useQueryClient();
  const { tell, fail } = useNotices();
  return useMutation({
    mutationFn: () => client.deleteCredential({ slug }),
    onSuccess: async () => {
      tell(say.settings.erased(slug));
      await queries.invalidateQueries({ queryKey: keys.credentials });
    },
    onError: fail,
  });
}
