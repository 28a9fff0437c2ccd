import type { Simulated } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { StateIcon } from "../ui/StateBadge.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { visible } from "../visible.ts";
import { amountWords } from "./amount-words.ts";
import { approverWords } from "./approver-words.ts";
import { whyWords } from "./why-words.ts";

const { simulator: words, draft: draftWords } = say.grants;

/** What the decision would be, what decided it, what it would count against, who would be asked. */
export function Simulation({ simulated }: { simulated: Simulated }) {
  const { allowed, code, reason, decidedBy, approval, reserves } = simulated;
  const shown = useRef<HTMLElement>(null);
  // On a phone it comes below the form.
  useEffect(() => {
    // Newer browsers return a promise, which is no clean-up.
    shown.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const verdict = !allowed ? words.refused : approval === null ? words.allowed : words.asks;
  const state = !allowed ? "failed" : approval === null ? "done" : "waiting";
  return (
    <section
      aria-label={words.result}
      role="status"
      ref={shown}
      className="min-w-0 space-y-5 self-start @4xl:sticky @4xl:top-14"
    >
      <div>
        <h2 className="flex items-center gap-2 text-16 font-semibold">
          <StateIcon state={state} />
          {verdict}
        </h2>
        {reason !== null && <p className="mt-1 break-words">{visible(reason)}</p>}
        {code !== null && <p className="mt-1 font-mono text-12 text-text-3">{code}</p>}
      </div>
      {decidedBy && (
        <div className="text-13">
          <h3 className="font-medium">
            {words.decidedBy}{" "}
            <Link
              {...(decidedBy.id.startsWith("lim_")
                ? paths.limits({ limit: decidedBy.id })
                : paths.grants({ grant: decidedBy.id }))}
              className="text-accent underline"
            >
              {decidedBy.id.startsWith("lim_") ? say.grants.limits.panel : say.grants.panel}
            </Link>
            , {words.line(decidedBy.line)}
          </h3>
          <p className="break-words">{visible(decidedBy.sentence)}</p>
        </div>
      )}
      {approval && <Asked approval={approval} />}
      {reserves.length > 0 && (
        <div>
          <h3 className="pb-1 text-13 font-medium">{words.reserves}</h3>
          <Table
            label={words.reserves}
            columns={[
              { name: words.cap },
              { name: words.takes, right: true },
              { name: words.left, right: true },
              { name: words.fits, className: "w-16" },
            ]}
          >
            {reserves.map(({ cap, level, unit, currency, period, amount, left, fits }) => (
              <Row key={cap}>
                <Cell className="text-13">
                  <span title={cap}>
                    {say.budgets.levels[levelOf(level)]}, {say.budgets.periods[period]}
                  </span>
                </Cell>
                <Cell right className="text-13">
                  {amountWords(amount, unit, currency)}
                </Cell>
                <Cell right className="text-13">
                  {amountWords(left, unit, currency)}
                </Cell>
                <Cell className={fits ? "text-13" : "text-13 text-failed"}>{fits ? words.yes : words.no}</Cell>
              </Row>
            ))}
          </Table>
        </div>
      )}
    </section>
  );
}

function levelOf(level: string): keyof typeof say.budgets.levels {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just found among its keys
  return Object.hasOwn(say.budgets.levels, level) ? (level as keyof typeof say.budgets.levels) : "grant";
}

function Asked({ approval }: { approval: NonNullable<Simulated["approval"]> }) {
  const { why, parties, expiresHours } = approval;
  return (
    <div className="text-13">
      <h3 className="font-medium">{words.whose}</h3>
      <ul>
        {parties.map(({ approvers, quorum }) => (
          <li key={approvers.join()}>
            {quorum > 1 && `${quorum} × `}
            {approvers.map((one) => approverWords(one)).join(", ")}
          </li>
        ))}
      </ul>
      <p className="text-text-2">
        {draftWords.when}: {why.map(({ kind, field }) => [whyWords(kind), field].filter(Boolean).join(": ")).join("; ")}
      </p>
      <p className="text-text-2">{words.expires(expiresHours)}</p>
    </div>
  );
}
