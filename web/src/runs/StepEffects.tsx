import type { OutboundEffect, Run, StepRecord } from "@steward/sdk";
import { isTerminal } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useClient } from "../api/client.ts";
import { runEffectsQuery } from "../api/outbound-queries.ts";
import { useSession } from "../api/session.ts";
import { Outcome } from "../connections/OutboundTable.tsx";
import { amountWords } from "../grants/amount-words.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { visible } from "../visible.ts";
import { countWords, durationWords } from "../words.ts";
import { modelFactsOf } from "./model-facts.ts";

const { effect: words } = say.outbound;
const LINK = "underline decoration-line-strong/60 underline-offset-2 hover:decoration-current";

/** What a step reached outside: with which connection, allowed by which grant, at what cost. Nothing where it reached nothing. */
export function StepEffects({ run, record }: { run: Run; record: StepRecord }) {
  const { here } = useSession();
  const found = useQuery(runEffectsQuery(useClient(), here.project.id, run.id, !isTerminal(run.status)));
  const own = (found.data?.items ?? []).filter(
    (one) => one.step === record.step && one.path.join(".") === record.path.join(".") && one.attempt === record.attempt,
  );
  if (own.length === 0) return null;
  return (
    <section aria-label={words.title} className="space-y-2 text-13">
      <div className="flex items-center gap-3">
        <h3 className="flex-1 font-medium">{words.title}</h3>
        <Link {...paths.ledger({ cause: run.id })} className={`text-12 text-text-2 ${LINK}`}>
          {words.ledger}
        </Link>
      </div>
      <ul className="divide-y divide-line rounded-md border border-line">
        {own.toReversed().map((effect) => (
          <li key={effect.id} className="space-y-2 px-3 py-2.5">
            <Effect effect={effect} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Effect({ effect }: { effect: OutboundEffect }) {
  const { action, host, connection, credential, approval, cost, tokens, ms, calls, times } = effect;
  const counts = [
    ...(ms === null ? [] : [durationWords(ms)]),
    ...(calls !== null && calls > 1 ? [words.calls(calls)] : []),
    ...(times > 1 ? [words.times(times)] : []),
  ];
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-medium break-words">{visible(action)}</span>
        <span className="min-w-0 break-words">
          <Outcome effect={effect} />
        </span>
      </p>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1">
        <Fact name={words.where}>{visible(host)}</Fact>
        <Fact name={words.with}>
          {connection === null ? (
            (credential ?? words.none)
          ) : connection.slug === null ? (
            connection.id
          ) : (
            <Link {...paths.connections({ open: connection.slug })} className={LINK}>
              {visible(connection.slug)}
            </Link>
          )}
        </Fact>
        <DecidedBy effect={effect} />
        {approval !== null && (
          <Fact name={words.approval}>
            <Link {...paths.approvals({ view: "all", approval })} className={`font-mono text-12 ${LINK}`}>
              {approval.slice(-8)}
            </Link>
          </Fact>
        )}
        {cost !== null && <Fact name={words.cost}>{amountWords(cost.amount, "money", cost.currency)}</Fact>}
        {tokens !== null && <Fact name={words.tokens}>{countWords(tokens)}</Fact>}
        {counts.length > 0 && <Fact name={words.took}>{counts.join(", ")}</Fact>}
      </dl>
    </>
  );
}

function DecidedBy({ effect: { decidedBy, outcome } }: { effect: OutboundEffect }) {
  const { may } = useSession();
  if (decidedBy === null) return null;
  const { id, line } = decidedBy;
  const isLimit = id.startsWith("lim_");
  const shown = `${id.slice(-8)}, ${words.line(line)}`;
  const to = isLimit ? paths.limits({ limit: id }) : paths.grants({ grant: id });
  return (
    <Fact name={isLimit || outcome === "refused" ? words.refusedBy : words.grant}>
      {may("grant.read") ? (
        <Link {...to} className={`font-mono text-12 ${LINK}`}>
          {shown}
        </Link>
      ) : (
        <span className="font-mono text-12">{shown}</span>
      )}
    </Fact>
  );
}

/** What a model's step says of itself; nothing for other steps. */
export function ModelFactsView({ output }: { output: unknown }) {
  const facts = modelFactsOf(output);
  if (facts === null) return null;
  const { model, input, cached, output: written, cost, ms } = facts;
  return (
    <section aria-label={words.by(model)} className="space-y-2 text-13">
      <h3 className="font-medium">{words.by(model)}</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Count name={words.cost}>
          {cost === null ? words.noPrice : amountWords(cost.amount, "money", cost.currency)}
        </Count>
        {input !== null && written !== null && (
          <Count name={words.tokens}>
            {words.tokensOf(input, written)}
            {cached !== null && cached > 0 && <span className="block text-12 text-text-3">{words.cached(cached)}</span>}
          </Count>
        )}
        {ms !== null && <Count name={words.took}>{durationWords(ms)}</Count>}
      </dl>
    </section>
  );
}

function Count({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-12 text-text-3">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
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
