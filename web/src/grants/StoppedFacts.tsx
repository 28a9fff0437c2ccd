import type { Stopped } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

const { stopped: words } = say.grants;

/** What a revoke stopped: who heard of it, and what became of what was on its way. */
export function StoppedFacts({ stopped }: { stopped: Stopped }) {
  const { acknowledged, silent, inFlight, pausedFlows, pausedFlowCount, pausedTriggers } = stopped;
  const { cancelledRuns, cancelledRunCount } = stopped;
  return (
    <section aria-label={words.title} role="status" className="rounded-md border border-line px-3 py-2.5 text-13">
      <h3 className="font-medium">{words.title}</h3>
      <p>{words.heard(acknowledged.length)}</p>
      {silent.length > 0 && <p>{words.silent(silent.length)}</p>}
      {inFlight.length === 0 && <p>{words.nothing}</p>}
      <ul className="space-y-0.5">
        {inFlight.map(({ run, step, path, action, fate }) => (
          <li key={`${run} ${step} ${path.join(".")}`}>
            {words.effect(action, words.fates[fate])}{" "}
            <Link {...paths.run(run)} className="font-mono text-12 text-accent hover:underline">
              {shortId(run)}
            </Link>
          </li>
        ))}
      </ul>
      {pausedFlows.length > 0 && (
        <p>
          {words.flows(pausedFlowCount)}:{" "}
          {pausedFlows.map((flow) => (
            <Link key={flow} {...paths.flow(flow)} className="mr-2 text-accent hover:underline">
              {visible(flow)}
            </Link>
          ))}
          {words.more(pausedFlowCount - pausedFlows.length)}
        </p>
      )}
      {pausedTriggers.length > 0 && (
        <p>
          {words.triggers}: {pausedTriggers.map(({ flow, trigger }) => visible(`${flow} ${trigger}`)).join(", ")}
        </p>
      )}
      {cancelledRuns.length > 0 && (
        <p>
          {words.runs(cancelledRunCount)}:{" "}
          {cancelledRuns.map((run) => (
            <Link key={run} {...paths.run(run)} className="mr-2 font-mono text-12 text-accent hover:underline">
              {shortId(run)}
            </Link>
          ))}
          {words.more(cancelledRunCount - cancelledRuns.length)}
        </p>
      )}
    </section>
  );
}
