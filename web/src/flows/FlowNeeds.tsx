import type { FlowDetail } from "@steward/sdk";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery } from "../api/connection-queries.ts";
import { grantsQuery } from "../api/grant-queries.ts";
import { variablesQuery } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Icon } from "../ui/Icon.tsx";
import { type Need, needsOf, usesOf } from "./flow-needs.ts";

const { needs: words } = say.flow;

/** What somebody has to set up before the flow can do what it says; nothing where that is all there, or not known. */
export function FlowNeeds({ flow }: { flow: FlowDetail }) {
  const client = useClient();
  const { here, may } = useSession();
  const project = here.project.id;
  const uses = usesOf(flow.draft);
  const asks = uses.connections.size > 0 && may("connection.read") && may("grant.read");
  const connections = useQuery({ ...connectionChoiceQuery(client, project), enabled: asks, staleTime: 0 });
  const grants = useInfiniteQuery({ ...grantsQuery(client, project, { ended: false }), enabled: asks, staleTime: 0 });
  const variables = useInfiniteQuery({ ...variablesQuery(client), enabled: asks && may("variable.read") });
  const more = connections.data?.next != null || grants.hasNextPage || variables.hasNextPage;
  if (!asks || more || !connections.data || !grants.data || !variables.data) return null;
  const needs = needsOf(flow.slug, uses, {
    connections: connections.data.items,
    grants: grants.data.pages.flatMap(({ items }) => items),
    variables: variables.data.pages.flatMap(({ items }) => items),
  });
  if (needs.length === 0) return null;
  return (
    <section
      aria-label={words.title}
      className="mx-4 rounded-md border border-waiting/50 bg-waiting/5 px-3 py-2.5 text-13 md:mx-6"
    >
      <h2 className="flex items-center gap-2 font-medium">
        <Icon name="warning" className="text-waiting" />
        {words.title}
      </h2>
      <ul className="space-y-1 pt-1 md:pl-6">
        {needs.map((need) => (
          <li key={JSON.stringify(need)} className="flex flex-wrap gap-x-3 break-words">
            <NeedLine need={need} flow={flow.slug} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NeedLine({ need, flow }: { need: Need; flow: string }) {
  const { may } = useSession();
  const way = wayOf(need, flow);
  const able = way.needs.some((permission) => may(permission));
  return (
    <>
      {sayOf(need)}
      {able && (
        <Link {...way.to} className="text-accent underline">
          {way.label}
        </Link>
      )}
    </>
  );
}

function sayOf(need: Need): string {
  if (need.kind === "variable") return words.variable(need.name);
  if (need.kind === "connection") return words.connection(need.slug);
  if (need.kind === "renewal") return words.renewal(need.slug);
  return words.grant(need.actions, need.slug);
}

/** Where it is set up, and by whom. */
function wayOf(need: Need, flow: string) {
  if (need.kind === "variable") {
    const to = paths.settings({ set: "variable", name: need.name });
    return { to, label: words.set, needs: ["variable.write"] } as const;
  }
  if (need.kind === "connection") {
    const wanted = { slug: need.slug, actions: need.actions.join(",") };
    const to = paths.catalogue({
      ...wanted,
      ...(need.connector === null ? { search: words.models } : { connector: need.connector }),
    });
    return { to, label: say.connections.connect, needs: ["connection.write"] } as const;
  }
  if (need.kind === "renewal")
    return { to: paths.connections({ open: need.slug }), label: words.open, needs: ["connection.read"] } as const;
  const { slug: connection, actions } = need;
  const to = paths.grants({ connection, grant: "new", to: `flow:${flow}`, actions: actions.join(",") });
  return { to, label: say.connections.giveGrant, needs: ["grant.write", "connection.write"] } as const;
}
