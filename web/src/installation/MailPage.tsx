import type { MailMessage } from "@steward/sdk";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { installationQuery, mailQuery } from "../api/installation-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { classes } from "../ui/classes.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { InstallationFrame } from "./InstallationFrame.tsx";
import { mailSubject } from "./mail-subject.ts";
import { MessagePanel } from "./MessagePanel.tsx";

const { mail: words } = say.people.installation;

/** The outbox; where no mail server is set, the inbox of all that would have been sent. */
export function MailPage() {
  const { message } = useSearch({ from: "/installation/mail" });
  const { account } = useSignedIn();
  const client = useClient();
  const navigate = useNavigate();
  const list = useInfiniteQuery({ ...mailQuery(client), enabled: account.operator });
  const state = useQuery({ ...installationQuery(client), enabled: account.operator }).data?.mail;
  const opened = list.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === message);
  return (
    <InstallationFrame
      panel={opened && <MessagePanel key={opened.id} message={opened} close={() => void navigate(paths.mail())} />}
    >
      {state && (
        <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">
          {state.state === "server" ? words.states.server(state.host ?? "") : words.states[state.state]}
        </p>
      )}
      <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
        {(messages) => <MailTable messages={messages} kept={state !== undefined && state.state !== "server"} />}
      </Listed>
    </InstallationFrame>
  );
}

/** With `kept`, what waits is not on its way anywhere. */
function MailTable({ messages, kept }: { messages: readonly MailMessage[]; kept: boolean }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.subject },
          { name: words.to, className: "w-[28%]", wide: true },
          { name: words.state, className: "w-32" },
          { name: words.attempts, className: "w-16", right: true, wide: true },
          { name: words.made, className: "w-28", right: true },
        ]}
      >
        {messages.map((message) => (
          <Row key={message.id}>
            <Cell>
              <Link {...paths.mail({ message: message.id })} data-row className={ROW_LINK}>
                {mailSubject(message)}
              </Link>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {message.content === null ? "" : visible(message.content.to)}
            </Cell>
            <Cell className={classes("text-13", message.status === "failed" ? "text-failed" : "text-text-2")}>
              {kept && message.status === "queued" ? words.statusKept : words.status[message.status]}
            </Cell>
            <Cell right wide className="text-13 text-text-2">
              {message.attempt}
            </Cell>
            <Cell right className="text-13 text-text-2">
              <Time at={message.createdAt} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
