import type { Installation } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useClient } from "../api/client.ts";
import { installationQuery } from "../api/installation-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { visible } from "../visible.ts";
import { bytesWords, countWords } from "../words.ts";
import { InstallationFrame } from "./InstallationFrame.tsx";

const words = say.people.installation;

/** What this installation is, and how large. */
export function InstallationPage() {
  const { account } = useSignedIn();
  const facts = useQuery({ ...installationQuery(useClient()), enabled: account.operator });
  return (
    <InstallationFrame>
      {facts.isPending && <Skeleton />}
      {facts.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={facts.error} retry={() => void facts.refetch()} />
        </div>
      )}
      {facts.data && <Facts {...facts.data} />}
    </InstallationFrame>
  );
}

function Facts(all: Installation) {
  const { facts, mail } = words;
  return (
    <dl className="grid max-w-3xl grid-cols-[minmax(0,11rem)_minmax(0,1fr)] gap-y-0 px-4 py-4 text-13 md:px-6">
      <Fact name={facts.version}>{all.version}</Fact>
      <Fact name={facts.signUp}>{facts.signUps[all.signUp]}</Fact>
      <Fact name={facts.minimumAge}>{all.minimumAge === null ? facts.noAge : facts.years(all.minimumAge)}</Fact>
      <Fact name={facts.tls}>{facts.tlss[all.tls]}</Fact>
      <Fact name={facts.home}>
        <span className="font-mono text-12">{visible(all.home)}</span>
      </Fact>
      <Fact name={facts.database}>{bytesWords(all.databaseBytes)}</Fact>
      <Fact name={facts.organizations}>{countWords(all.organizations)}</Fact>
      <Fact name={facts.projects}>{countWords(all.projects)}</Fact>
      <Fact name={facts.workers}>{countWords(all.workers)}</Fact>
      <Fact name={facts.mail}>
        {all.mail.state === "server" ? mail.states.server(all.mail.host ?? "") : mail.states[all.mail.state]}
      </Fact>
      {all.mail.from !== null && <Fact name={facts.from}>{visible(all.mail.from)}</Fact>}
      <Fact name={facts.outbox}>{mail.counts(all.mail.counts, all.mail.state !== "server")}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="border-b border-line/70 py-2 text-text-3">{name}</dt>
      <dd className="border-b border-line/70 py-2 break-words">{children}</dd>
    </>
  );
}
