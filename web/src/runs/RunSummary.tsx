import type { Run } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { CopyId, shortId } from "../ui/Copy.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { countWords } from "../words.ts";
import { causeOf } from "./cause-of.ts";
import { runSentence } from "./sentence.ts";
import type { Records } from "./timeline/records.ts";
import type { Structure } from "./timeline/structure.ts";

const LINK = "text-text-1 underline decoration-line-strong/60 underline-offset-2 hover:decoration-current";

/** The run in one sentence, then its facts. */
export function RunSummaryView({ run, records, structure }: { run: Run; records: Records; structure: Structure }) {
  const now = useNow(run.endedAt === null ? 1000 : null);
  const { may } = useSession();
  const { facts } = say.run;
  return (
    <div className="space-y-4 px-4 pt-5 pb-4 md:px-6">
      <div>
        <p className="flex items-start gap-2.5 text-20 font-semibold">
          <StateIcon state={run.status} className="mt-1.5 size-4" />
          {runSentence(run, records.values(), now, (step) => structure.get(step)?.name ?? step)}
        </p>
        {/* Only the state is read out as it changes, not each second of it. */}
        <p role="status" className="sr-only">
          {say.states[run.status]}
        </p>
      </div>
      {run.error && (run.status === "failed" || (run.status === "cancelled" && run.error.details !== undefined)) && (
        <div
          className={`rounded-md border px-3 py-2.5 ${run.status === "failed" ? "border-failed/40 bg-failed/5" : "border-line bg-surface-1"}`}
        >
          <p className="break-words">
            {run.error.message} <CauseLink details={run.error.details} />
          </p>
          {run.status === "failed" && (
            <p className="mt-0.5 font-mono text-12 text-text-2">
              {run.error.code}
              {run.error.step !== undefined &&
                ` · ${run.error.step}${(run.error.path ?? []).map((at) => `[${at}]`).join("")}`}
            </p>
          )}
        </div>
      )}
      <dl className="flex flex-wrap gap-x-8 gap-y-3 text-13">
        <Fact name={facts.flow}>
          {may("flow.read") ? (
            <Link {...paths.flow(run.flow)} className={LINK}>
              {run.flow}
            </Link>
          ) : (
            run.flow
          )}
        </Fact>
        <Fact name={facts.version}>{say.flows.version(run.version)}</Fact>
        <Fact name={facts.trigger}>{run.trigger}</Fact>
        <Fact name={facts.started}>
          <Time at={run.startedAt ?? run.createdAt} />
        </Fact>
        <Fact name={facts.steps}>{countWords(Math.max(run.usage.steps, records.size))}</Fact>
        {run.retryOf !== null && (
          <Fact name={say.run.from.retryOf}>
            <Link {...paths.run(run.retryOf)} className={`font-mono text-12 ${LINK}`}>
              {shortId(run.retryOf)}
            </Link>
          </Fact>
        )}
        {run.parent !== null && (
          <Fact name={say.run.from.parent}>
            <Link {...paths.run(run.parent)} className={`font-mono text-12 ${LINK}`}>
              {shortId(run.parent)}
            </Link>
          </Fact>
        )}
        <Fact name={facts.id}>
          <CopyId id={run.id} />
        </Fact>
      </dl>
    </div>
  );
}

/** Where it is told what ended the run: the receipt of a disconnect, the grant that was revoked, the connection. */
function CauseLink({ details }: { details: unknown }) {
  const cause = causeOf(details);
  if (cause === null) return null;
  return (
    <Link {...cause.to} className={LINK}>
      {cause.label}
    </Link>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-text-3">{name}</dt>
      <dd className="min-h-5">{children}</dd>
    </div>
  );
}
