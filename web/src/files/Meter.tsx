import { classes } from "../ui/classes.ts";

/** How much of what there may be is taken, as a short bar that warns from nine tenths on. */
export function Meter({ label, value, max, words }: { label: string; value: number; max: number; words: string }) {
  const share = max === 0 ? 1 : Math.min(1, value / max);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={words}
      className="h-1.5 w-24 shrink-0 overflow-hidden rounded-sm bg-surface-3"
    >
      <div
        className={classes("h-full min-w-px", isNearlyFull(value, max) ? "bg-failed" : "bg-accent")}
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}

export function isNearlyFull(value: number, max: number): boolean {
  return value >= max * 0.9;
}
