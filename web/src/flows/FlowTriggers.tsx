import type { FlowDetail } from "@steward/sdk";
import type { ReactNode } from "react";
import { say } from "../language.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { Time } from "../ui/Time.tsx";
import { FlowEvents } from "./FlowEvents.tsx";

/** Where and when a flow starts by itself: its webhook addresses, the next firing of each schedule, its events. */
export function FlowTriggers({ flow }: { flow: FlowDetail }) {
  return (
    <div className="space-y-5 px-4 md:px-6">
      <dl className="flex flex-wrap gap-x-10 gap-y-3 text-13">
        <Fact name={say.flow.version}>
          {flow.version === null ? say.flow.unpublished : say.flows.version(flow.version)}
        </Fact>
        <Fact name={say.newFlow.slug}>
          <span className="font-mono text-12">{flow.slug}</span>
        </Fact>
        <Fact name={say.flow.changed}>
          <Time at={flow.updatedAt} />
        </Fact>
      </dl>
      {flow.webhooks.length > 0 && (
        <section aria-labelledby="webhooks">
          <h2 id="webhooks" className="pb-2 text-13 font-medium text-text-2">
            {say.flow.webhooks}
          </h2>
          <ul className="max-w-4xl divide-y divide-line rounded-md border border-line">
            {flow.webhooks.map(({ trigger, url }) => (
              <Webhook key={trigger} trigger={trigger} url={url} />
            ))}
          </ul>
        </section>
      )}
      {flow.schedules.length > 0 && (
        <section aria-labelledby="schedules">
          <h2 id="schedules" className="pb-2 text-13 font-medium text-text-2">
            {say.flow.schedule.title}
          </h2>
          <ul className="max-w-4xl divide-y divide-line rounded-md border border-line text-13">
            {flow.schedules.map(({ trigger, nextAt, lastDue }) => (
              <li key={trigger} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
                <span className="w-28 truncate font-mono text-12">{trigger}</span>
                <span>
                  <span className="text-text-3">{say.flow.schedule.next} </span>
                  {nextAt === null ? say.flow.schedule.never : <Time at={nextAt} />}
                </span>
                {lastDue !== null && (
                  <span className="md:ml-5">
                    <span className="text-text-3">{say.flow.schedule.last} </span>
                    <Time at={lastDue} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <FlowEvents slug={flow.slug} events={flow.events} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-12 text-text-3">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Webhook({ trigger, url }: { trigger: string; url: string }) {
  const curl = `curl -X POST '${url}' -H 'content-type: application/json' -d '{"name":"ada","n":42}'`;
  return (
    <li className="px-3 py-1.5">
      <div className="flex items-center gap-3">
        <span className="w-28 shrink-0 truncate font-mono text-12 max-md:hidden">{trigger}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-12" title={url}>
          {url}
        </span>
        <CopyButton text={url} label={`${say.copy.address} (${trigger})`} />
      </div>
      <div className="flex items-center gap-3 text-text-3">
        <span className="w-28 shrink-0 max-md:hidden" />
        <code className="min-w-0 flex-1 truncate font-mono text-12" title={curl}>
          {curl}
        </code>
        <CopyButton text={curl} label={`${say.copy.curl} (${trigger})`} />
      </div>
    </li>
  );
}
