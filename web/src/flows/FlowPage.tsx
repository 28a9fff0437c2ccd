import type { FlowDetail } from "@steward/sdk";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { RunTable } from "../runs/RunTable.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Time } from "../ui/Time.tsx";
import { FlowFrame } from "./FlowFrame.tsx";
import { FlowNeeds } from "./FlowNeeds.tsx";
import { FlowTriggers } from "./FlowTriggers.tsx";
import { ProblemList } from "./ProblemList.tsx";
import { RunPanel } from "./RunPanel.tsx";

/** A flow at a glance: what is wrong with its draft, where it is called, when it fires, its runs. */
export function FlowPage() {
  const { slug } = useParams({ from: "/flows/$slug" });
  const { panel } = useSearch({ from: "/flows/$slug" });
  const navigate = useNavigate();
  const { may } = useSession();
  return (
    <FlowFrame
      slug={slug}
      panel={
        panel === "run" &&
        may("run.start") && (
          <RunPanel key={slug} slug={slug} close={() => void navigate({ ...paths.flow(slug), replace: true })} />
        )
      }
    >
      {(flow) => (
        <div className="space-y-7 py-5">
          {flow.pausedBecause && <PausedBecause because={flow.pausedBecause} />}
          {flow.problems.length > 0 && <Problems flow={flow} />}
          <FlowNeeds flow={flow} />
          <FlowTriggers flow={flow} />
          {may("run.read") && <FlowRuns slug={slug} />}
        </div>
      )}
    </FlowFrame>
  );
}

function FlowRuns({ slug }: { slug: string }) {
  const { may } = useSession();
  return (
    <section aria-labelledby="runs">
      <h2 id="runs" className="flex items-baseline justify-between px-4 pb-1 text-13 font-medium text-text-2 md:px-6">
        {say.flow.runs}
        <Link {...paths.runs({ flow: slug })} className="font-normal text-accent hover:underline">
          {say.flow.allRuns}
        </Link>
      </h2>
      <RunTable
        filters={{ flow: slug }}
        empty={
          <p className="px-4 py-4 text-13 text-text-3 md:px-6">
            {say.flow.noRuns}. {may("run.start") && say.flow.noRunsWhat}
          </p>
        }
      />
    </section>
  );
}

/** What ended, for which it was paused. */
function PausedBecause({ because: { ended, name, at } }: { because: NonNullable<FlowDetail["pausedBecause"]> }) {
  return (
    <section
      aria-label={say.flow.pausedBecause[ended](name)}
      className="mx-4 rounded-md border border-waiting/50 bg-waiting/5 px-3 py-2.5 text-13 md:mx-6"
    >
      <p className="flex flex-wrap items-center gap-2 font-medium">
        <Icon name="pause" className="text-waiting" />
        {say.flow.pausedBecause[ended](name)}
        <span className="font-normal text-text-2">
          <Time at={at} />
        </span>
      </p>
      <p className="pt-1 text-text-2 md:pl-6">{say.flow.pausedWhat}</p>
    </section>
  );
}

function Problems({ flow }: { flow: FlowDetail }) {
  return (
    <section
      aria-labelledby="problems"
      className="mx-4 rounded-md border border-waiting/50 bg-waiting/5 px-3 py-2.5 md:mx-6"
    >
      <h2 id="problems" className="flex items-center gap-2 text-13 font-medium">
        <Icon name="warning" className="text-waiting" />
        {say.flow.problems(flow.problems.length)}
        <span className="font-normal text-text-2 max-md:hidden">{say.flow.problemsWhat}</span>
      </h2>
      <div className="pt-1 md:pl-6">
        <ProblemList problems={flow.problems} text={JSON.stringify(flow.draft, null, 2)} slug={flow.slug} />
      </div>
    </section>
  );
}
