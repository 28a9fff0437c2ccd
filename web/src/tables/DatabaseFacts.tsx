import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { databaseQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { Meter } from "../files/Meter.tsx";
import { say } from "../language.ts";

const { database: words } = say.data.tables;

/** The project's own database in a line: what it takes of what it may, who is connected. */
export function DatabaseFacts() {
  const { here } = useSession();
  const { data } = useQuery(databaseQuery(useClient(), here.project.id));
  if (data === undefined) return null;
  const { state, bytes, bytesMax, connections } = data;
  if (state !== "ready")
    return (
      <p className="px-4 py-3 text-12 text-text-3 md:px-6">
        {state === "none" ? words.none : state === "making" ? words.making : words.dropping}
      </p>
    );
  return (
    <section
      aria-label={words.label}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-12 text-text-3 md:px-6"
    >
      <span className="inline-flex items-center gap-2">
        <Meter label={words.label} value={bytes} max={bytesMax} words={words.size(bytes, bytesMax)} />
        {words.size(bytes, bytesMax)}
      </span>
      <span>{words.connections(connections)}</span>
    </section>
  );
}
