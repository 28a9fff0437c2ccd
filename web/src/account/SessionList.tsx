import type { Session } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountKeys, sessionsQuery } from "../api/account-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { deviceWords } from "./device-words.ts";

const { sessions: words } = say.account;

/** Where the person is signed in; each can be ended, or all others at once. */
export function SessionList() {
  const list = useQuery(sessionsQuery(useClient()));
  const sessions = list.data?.items ?? [];
  return (
    <Section id="sessions" title={words.title} what={words.what} action={sessions.length > 1 ? <EndOthers /> : null}>
      {list.isPending && <Skeleton rows={2} />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {sessions.length > 0 && (
        <Table
          label={words.title}
          columns={[
            { name: words.device },
            { name: words.address, className: "w-44", wide: true },
            { name: words.began, className: "w-32", wide: true },
            { name: words.used, className: "w-28", right: true },
            { name: words.actions, className: "w-20", right: true },
          ]}
        >
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const client = useClient();
  const device = deviceWords(session.userAgent);
  const end = useAct({
    act: () => client.endSession({ session: session.id }),
    changes: [accountKeys.sessions],
    said: () => words.ended(device),
  });
  return (
    <Row>
      <Cell>
        <span title={session.userAgent ?? undefined}>{device}</span>
        {session.current && (
          <span className="ml-2 text-12 font-medium text-done @max-3xl:ml-0 @max-3xl:block">{words.current}</span>
        )}
      </Cell>
      <Cell wide className="font-mono text-12 text-text-2">
        {session.address ?? "–"}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <Time at={session.createdAt} />
      </Cell>
      <Cell right className="text-13 text-text-2">
        <Time at={session.lastUsedAt} />
      </Cell>
      <Cell right>
        {!session.current && (
          <Button
            look="quiet"
            className="h-7"
            aria-label={words.endOf(device)}
            disabled={end.isPending}
            onClick={() => end.mutate()}
          >
            {words.end}
          </Button>
        )}
      </Cell>
    </Row>
  );
}

function EndOthers() {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const end = useAct({
    act: () => client.endOtherSessions({}),
    changes: [accountKeys.sessions],
    said: (_, { ended }) => words.othersEnded(ended),
  });
  return (
    <>
      <Button disabled={end.isPending} onClick={() => setAsking(true)}>
        {words.endOthers}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.endOthersTitle}
        what={words.endOthersWhat}
        verb={words.endOthers}
        act={() => end.mutate()}
      />
    </>
  );
}
