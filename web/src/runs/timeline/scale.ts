/** Time as places on a line: where a bar begins, how wide it is, where the ticks stand. Pure. */

export interface Scale {
  readonly startMs: number;
  readonly spanMs: number;
}

/** A scale from the first to the last moment; at least a millisecond, so that nothing is divided by zero. */
export function scaleOf(startMs: number, endMs: number): Scale {
  return { startMs, spanMs: Math.max(1, endMs - startMs) };
}

/** Left and width of a bar as fractions of the line, within it. */
export function placeOf(scale: Scale, startMs: number, endMs: number): { left: number; width: number } {
  const left = clamp((startMs - scale.startMs) / scale.spanMs);
  const right = clamp((endMs - scale.startMs) / scale.spanMs);
  return { left, width: Math.max(0, right - left) };
}

const STEPS_MS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((s) => s * 1000),
  ...[1, 2, 5, 10, 15, 30].map((min) => min * 60_000),
  ...[1, 2, 3, 6, 12].map((h) => h * 3_600_000),
  ...[1, 2, 7, 14, 30, 90, 365].map((d) => d * 86_400_000),
];

/** Round distances from the start, at most `countMax` of them, none at the very end where its label would not fit. */
export function ticksOf({ spanMs }: Scale, countMax: number): number[] {
  const step = STEPS_MS.find((one) => spanMs / one <= countMax) ?? spanMs;
  const ticks: number[] = [];
  for (let at = 0; at <= spanMs * 0.96 && ticks.length <= countMax; at += step) ticks.push(at);
  return ticks;
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
