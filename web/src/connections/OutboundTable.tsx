import type { OutboundEffect } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { type State, StateIcon } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";

const { outbound: words } = say;

const STATES: Record<keyof typeof words.outcomes, State> = {
  done: "done",
  failed: "failed",
  refused: "cancelled",
  unknown: "in_doubt",
  open: "running",
};

/** A line for each effect; the line leads to the run that caused it, or to its flow. */
export function OutboundTable({ effects }: { effects: readonly OutboundEffect[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.host },
          { name: words.action, className: "w-[22%]", wide: true },
          { name: words.cause, className: "w-[20%]", wide: true },
          { name: words.outcome, className: "w-[30%] @max-3xl:w-[44%]" },
          { name: words.when, className: "w-24", right: true },
        ]}
      >
        {effects.map((effect) => (
          <Line key={effect.id} effect={effect} />
        ))}
      </Table>
    </div>
  );
}

function Line({ effect }: { effect: OutboundEffect }) {
  const { cause, flow, step, path, action, host, connection, at } = effect;
  const to = cause.startsWith("run_")
    ? paths.run(cause)
    : cause.startsWith("apr_")
      ? paths.approvals({ view: "all", approval: cause })
      : paths.flow(flow);
  const place = `${visible(step)}${path.map((index) => `[${index}]`).join("")}`;
  return (
    <Row>
      <Cell className="@max-3xl:py-2 @max-3xl:whitespace-normal">
        <Link {...to} data-row title={`${visible(host)}: ${visible(flow)} ${place}`} className={ROW_LINK}>
          {visible(host)}
        </Link>
        {/* Where there is no room for columns of their own. */}
        <span className="hidden text-12 break-words text-text-2 @max-3xl:block">
          {visible(action)}, {flow === "" ? words.approvals : `${visible(flow)} ${place}`}
        </span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <span title={visible(action)}>{visible(action)}</span>
        {connection !== null && connection.slug !== null && (
          <span className="text-text-3"> {visible(connection.slug)}</span>
        )}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {flow === "" ? words.approvals : visible(flow)}{" "}
        <span className="text-text-3">{cause.startsWith("trigger:") ? words.trigger(place) : place}</span>
      </Cell>
      <Cell className="text-13 @max-3xl:py-2 @max-3xl:whitespace-normal">
        <Outcome effect={effect} />
      </Cell>
      <Cell right className="text-13 text-text-2">
        <Time at={at} />
      </Cell>
    </Row>
  );
}

/** What became of it: the state, and why it was not done. */
export function Outcome({ effect: { outcome, code, reason } }: { effect: OutboundEffect }) {
  const state = outcome ?? "open";
  return (
    <span title={reason === null ? undefined : `${reason} (${code})`}>
      <StateIcon state={STATES[state]} className="mr-1.5 inline-block align-[-2px]" />
      {words.outcomes[state]}
      {code !== null && <span className="text-text-2">: {reason === null ? visible(code) : lowered(reason)}</span>}
    </span>
  );
}

/** As it goes on in a sentence; what begins with a name of several capitals stays. */
function lowered(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
