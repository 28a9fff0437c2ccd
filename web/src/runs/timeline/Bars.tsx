import type { StepRecord, StepStatus } from "@steward/sdk";
import { classes } from "../../ui/classes.ts";
import { isGoingOn } from "./going-on.ts";
import type { Row } from "./rows.ts";
import { placeOf, type Scale } from "./scale.ts";

const LOOKS: Record<StepStatus, string> = {
  running: "bg-running",
  waiting: "bar-waiting ring-1 ring-waiting/60 ring-inset",
  in_doubt: "bg-doubt",
  done: "bg-done/75",
  failed: "bg-failed/85",
  skipped: "bg-transparent",
  cancelled: "bg-text-3/60",
};

/** A row's attempts as bars; a loop or an iteration as one thin line over all that it holds. */
export function Bars({ row, scale, now }: { row: Row; scale: Scale; now: number }) {
  const around = row.kind === "iteration" || row.iterations.length > 0;
  return (
    <div className="pointer-events-none relative h-full" aria-hidden>
      {around ? (
        <Bar
          scale={scale}
          startMs={row.startMs}
          endMs={row.endMs ?? now}
          className={classes("h-1 opacity-80", LOOKS[row.status])}
        />
      ) : (
        row.attempts.map((record) => <AttemptBar key={record.attempt} record={record} scale={scale} now={now} />)
      )}
    </div>
  );
}

function AttemptBar({ record, scale, now }: { record: StepRecord; scale: Scale; now: number }) {
  if (record.status === "skipped") return null;
  const startMs = Date.parse(record.startedAt);
  const endMs = isGoingOn(record.status) ? now : startMs + (record.durationMs ?? 0);
  return (
    <Bar
      scale={scale}
      startMs={startMs}
      endMs={endMs}
      className={classes("h-3 rounded-[2px]", LOOKS[record.status], record.copied && "opacity-40")}
    />
  );
}

function Bar({
  scale,
  startMs,
  endMs,
  className,
}: {
  scale: Scale;
  startMs: number;
  endMs: number;
  className: string;
}) {
  const { left, width } = placeOf(scale, startMs, endMs);
  return (
    <span
      className={classes("absolute top-1/2 -translate-y-1/2", className)}
      style={{ left: `min(${left * 100}%, calc(100% - 3px))`, width: `max(3px, ${width * 100}%)` }}
    />
  );
}
