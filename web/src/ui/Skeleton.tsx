import { say } from "../language.ts";

const WIDTHS = ["w-1/3", "w-1/2", "w-2/5", "w-1/4", "w-3/5", "w-1/3", "w-2/5", "w-1/2"];

/** Rows to come, shown only when they take longer than 150 ms. */
export function Skeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label={say.loading} className="motion-late">
      {WIDTHS.slice(0, rows).map((width, row) => (
        <div key={`${width}${String(row)}`} className="flex h-9 items-center gap-3 border-b border-line px-4 md:px-6">
          <span className="size-3.5 rounded-full bg-surface-2" />
          <span className={`h-2.5 rounded-sm bg-surface-2 ${width}`} />
        </div>
      ))}
    </div>
  );
}
