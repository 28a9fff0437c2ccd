import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorNote } from "./ErrorNote.tsx";
import { More } from "./More.tsx";
import { Skeleton } from "./Skeleton.tsx";

/** A list that comes page by page: its rows to come, why there are none, the rows, the way to more. */
export function Listed<Item>({
  list,
  noun,
  empty,
  keep = () => true,
  children,
}: {
  list: UseInfiniteQueryResult<InfiniteData<{ readonly items: readonly Item[] }>>;
  noun: { one: string; many: string };
  empty: ReactNode;
  /** Which items belong to this list. */
  keep?: (item: Item) => boolean;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const items = (list.data?.pages ?? []).flatMap((page) => page.items).filter((item) => keep(item));
  const next = list.hasNextPage ? () => void list.fetchNextPage() : null;
  return (
    <>
      {list.isPending && <Skeleton rows={4} />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && items.length === 0 && next === null && empty}
      {items.length > 0 && children(items)}
      {(items.length > 0 || next !== null) && (
        <More count={items.length} noun={noun} next={next} busy={list.isFetchingNextPage} />
      )}
    </>
  );
}
