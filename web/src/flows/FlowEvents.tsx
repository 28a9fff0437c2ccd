import type { FlowEvent, TriedTrigger } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Busy } from "../ui/Busy.tsx";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { JsonView } from "../ui/json/JsonView.tsx";
import { type State, StateBadge } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";

const { events: words } = say;
const STATE = {
  starting: "running",
  active: "completed",
  by_hand: "waiting",
  paused: "queued",
  failing: "failed",
} as const satisfies Record<FlowEvent["status"], State>;

/** What happens at providers and starts the flow: how each stands, what is missing, and a way to try it. */
export function FlowEvents({ slug, events }: { slug: string; events: readonly FlowEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="events">
      <h2 id="events" className="pb-2 text-13 font-medium text-text-2">
        {words.title}
      </h2>
      <ul className="max-w-4xl divide-y divide-line rounded-md border border-line text-13">
        {events.map((event) => (
          <Event key={event.trigger} slug={slug} event={event} />
        ))}
      </ul>
    </section>
  );
}

function Event({ slug, event }: { slug: string; event: FlowEvent }) {
  const { may } = useSession();
  const { trigger, connection, status, why, error, lastAt, nextAt, refused } = event;
  return (
    <li className="space-y-1.5 px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="w-28 truncate font-mono text-12">{trigger}</span>
        <StateBadge state={STATE[status]} label={words.status[status]} />
        <span className="font-mono text-12">{event.event}</span>
        <span>
          <span className="text-text-3">{words.by} </span>
          <Link
            {...paths.connections({ open: connection })}
            aria-label={words.connection(connection)}
            className="text-accent hover:underline"
          >
            {connection}
          </Link>
        </span>
        {lastAt !== null && (
          <span>
            <span className="text-text-3">{words.last} </span>
            <Time at={lastAt} />
          </span>
        )}
        {status === "failing" && nextAt !== null && (
          <span>
            <span className="text-text-3">{words.next} </span>
            <Time at={nextAt} />
          </span>
        )}
        {may("flow.write") && <Test slug={slug} trigger={trigger} />}
      </div>
      {why !== null && (
        <p className="text-text-2">
          {words.why(why)} {error !== null && error !== words.why(why) && <span className="text-text-3">{error}</span>}
        </p>
      )}
      {refused > 0 && <p className="text-text-3">{words.refused(refused)}</p>}
      {event.url !== null && status !== "paused" && <ByHand event={event} url={event.url} />}
    </li>
  );
}

function ByHand({ event: { trigger, status, steps }, url }: { event: FlowEvent; url: string }) {
  return (
    <div className="space-y-1.5">
      <div className="flex items-center gap-3">
        <span className="min-w-0 truncate font-mono text-12" title={url}>
          {url}
        </span>
        <CopyButton text={url} label={`${say.copy.address} (${trigger})`} />
      </div>
      {status === "by_hand" && (
        <ol aria-label={words.steps} className="list-decimal space-y-0.5 pl-5 text-text-2">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Test({ slug, trigger }: { slug: string; trigger: string }) {
  const client = useClient();
  const test = useAct({ act: () => client.testTrigger({ slug, trigger }), changes: [] });
  return (
    <>
      <Button
        className="md:ml-auto"
        disabled={test.isPending}
        aria-label={words.testOf(trigger)}
        onClick={() => test.mutate()}
      >
        {words.test}
      </Button>
      <Busy on={test.isPending} label={words.testing} />
      {test.data && <Tried trigger={trigger} tried={test.data} />}
    </>
  );
}

function Tried({ trigger, tried: { refused, events, sample } }: { trigger: string; tried: TriedTrigger }) {
  if (refused !== null)
    return (
      <p role="alert" className="order-last w-full text-failed">
        {words.notAsked(refused.message)}
      </p>
    );
  const shown = events.length === 0 ? sample : events.map(({ data }) => data);
  return (
    <div role="status" className="order-last w-full space-y-1">
      <p className="text-text-3">{events.length === 0 ? words.nothing : words.found}</p>
      <JsonView value={shown} root="event" label={words.data(trigger)} />
    </div>
  );
}
