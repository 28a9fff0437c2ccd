import type { AuditSink } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { auditKeys, auditSinksQuery } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { countWords } from "../words.ts";
import { AuditFrame } from "./AuditFrame.tsx";
import { SinkPanel } from "./SinkPanel.tsx";

const { sinks: words } = say.people.audit;

/** Where the log is sent as it grows. */
export function AuditSinksPage() {
  const { panel } = useSearch({ from: "/audit/sinks" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const add = may("audit.write") && (
    <Link {...paths.auditSinks({ ...of, panel: "add" })} className={buttonClasses("plain")}>
      {words.add}
    </Link>
  );
  return (
    <AuditFrame
      actions={add}
      panel={panel === "add" && may("audit.write") && <SinkPanel close={() => void navigate(paths.auditSinks(of))} />}
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {may("audit.read") && <SinkList />}
    </AuditFrame>
  );
}

function SinkList() {
  const { organization } = useOrganization();
  const list = useInfiniteQuery(auditSinksQuery(useClient(), organization.id));
  return (
    <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
      {(sinks) => (
        <Table
          label={say.people.audit.tabs.sinks}
          columns={[
            { name: words.address },
            { name: words.kind, className: "w-24", wide: true },
            { name: words.state, className: "w-[30%]" },
            { name: words.sent, className: "w-36", right: true, wide: true },
            { name: say.people.actions, className: "w-24", right: true },
          ]}
        >
          {sinks.map((sink) => (
            <SinkRow key={sink.id} sink={sink} />
          ))}
        </Table>
      )}
    </Listed>
  );
}

function SinkRow({ sink }: { sink: AuditSink }) {
  const { id, kind, address, sent, sentAt, failures, lastError } = sink;
  const client = useClient();
  const { organization, may } = useOrganization();
  const [asking, setAsking] = useState(false);
  const stop = useAct({
    act: () => client.deleteAuditSink({ organization: organization.id, sink: id }),
    changes: [auditKeys.sinks(organization.id)],
    said: () => words.stopped(address),
  });
  const well = sentAt === null ? words.waiting : words.well;
  const state = failures > 0 ? words.failing(failures, lastError ?? "") : well;
  return (
    <Row>
      <Cell className="font-mono text-12">{visible(address)}</Cell>
      <Cell wide className="text-13">
        {words.kinds[kind]}
      </Cell>
      <Cell className={failures > 0 ? "text-13 text-failed" : "text-13 text-text-2"}>
        <span title={state}>{state}</span>
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        {countWords(sent)} {sentAt !== null && <Time at={sentAt} />}
      </Cell>
      <Cell right>
        {may("audit.write") && (
          <Button look="quiet" className="h-7" aria-label={words.stopOf(address)} onClick={() => setAsking(true)}>
            {words.stop}
          </Button>
        )}
        <Confirm
          open={asking}
          close={() => setAsking(false)}
          title={words.stopTitle(address)}
          what={words.stopWhat}
          verb={words.stop}
          act={() => stop.mutate()}
        />
      </Cell>
    </Row>
  );
}
