import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";

/** What was asked for once it is there; until then rows to come, or why it is not. */
export function Asked<Data>({ query, children }: { query: UseQueryResult<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError)
    return (
      <div className="px-4 md:px-6">
        <ErrorNote error={query.error} retry={() => void query.refetch()} />
      </div>
    );
  return <Skeleton rows={2} />;
}
