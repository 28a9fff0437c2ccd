import { type RefObject, useMemo, useRef, useState } from "react";
import { useNow } from "../../clock.ts";
import { useRowKeys } from "../../keys/use-row-keys.ts";
import { say } from "../../language.ts";
import { durationWords } from "../../words.ts";
import type { Records } from "./records.ts";
import { type Fold, isOpen, keysAround, nestedRows, type Row, visibleRows } from "./rows.ts";
import { type Scale, scaleOf, ticksOf } from "./scale.ts";
import type { Structure } from "./structure.ts";
import { GRID, ROW_PX, TimelineRow } from "./TimelineRow.tsx";
import { useWindow } from "./use-window.ts";

const TICKS_MAX = 5;
const LIVE_MS = 250;

export interface TimelineProps {
  runId: string;
  records: Records;
  structure: Structure;
  /** When the run began and ended; null while it goes on. */
  startMs: number;
  endMs: number | null;
  /** The sequence number of the record in focus. */
  selected: number | null;
  scroller: RefObject<HTMLElement | null>;
}

/** The run as bars in time: one row a step, nested by loops, folded where there are many, drawn only where it is seen. */
export function Timeline({ runId, records, structure, startMs, endMs, selected, scroller }: TimelineProps) {
  const list = useRef<HTMLUListElement>(null);
  const now = useNow(endMs === null ? LIVE_MS : null);
  const [byHand, setFolds] = useState<ReadonlyMap<string, Fold>>(new Map());
  const folds = useMemo(() => withFocus(byHand, records, structure, selected), [byHand, records, structure, selected]);
  const nested = useMemo(() => nestedRows(records, structure), [records, structure]);
  const rows = useMemo(() => visibleRows(nested, folds), [nested, folds]);
  const keys = useMemo(() => rows.map(({ key }) => key), [rows]);
  const { start, end } = useWindow(scroller, list, keys, ROW_PX);
  useRowKeys(list, selected === null ? undefined : openLink);
  // What was copied from the run before began earlier: it stands at the very start.
  const scale = scaleOf(startMs, lastMoment(rows, endMs ?? now));
  const fold = (row: Row, to: Fold) => setFolds((before) => new Map(before).set(row.key, to));
  return (
    <div className="@container relative">
      <Ticks scale={scale} />
      <Grid scale={scale} />
      <ul ref={list} aria-label={say.run.timeline} className="relative" style={{ height: rows.length * ROW_PX }}>
        {rows.slice(start, end).map((row, offset) => (
          <TimelineRow
            key={row.key}
            runId={runId}
            row={row}
            index={start + offset}
            count={rows.length}
            structure={structure}
            scale={scale}
            now={endMs ?? now}
            selected={selected}
            open={isOpen(row, folds, siblingsOf(row, rows))}
            trouble={folds.get(row.key) === "trouble"}
            fold={fold}
          />
        ))}
      </ul>
    </div>
  );
}

function Ticks({ scale }: { scale: Scale }) {
  return (
    <div className={`sticky top-0 z-10 border-b border-line bg-surface-0 ${GRID}`} style={{ height: 28 }} aria-hidden>
      <span />
      <div className="relative h-full">
        {ticksOf(scale, TICKS_MAX).map((at) => (
          <span
            key={at}
            className="absolute top-0 flex h-full even:@max-lg:hidden items-center border-l border-line pl-1.5 text-12 whitespace-nowrap text-text-3"
            style={{ left: `${(at / scale.spanMs) * 100}%` }}
          >
            {durationWords(at)}
          </span>
        ))}
      </div>
      <span />
    </div>
  );
}

/** The ticks' faint lines through the rows. */
function Grid({ scale }: { scale: Scale }) {
  return (
    <div className={`pointer-events-none absolute inset-0 ${GRID}`} aria-hidden>
      <span />
      <div className="relative h-full">
        {ticksOf(scale, TICKS_MAX).map((at) => (
          <span
            key={at}
            className="absolute inset-y-0 border-l border-line/60 even:@max-lg:hidden"
            style={{ left: `${(at / scale.spanMs) * 100}%` }}
          />
        ))}
      </div>
      <span />
    </div>
  );
}

/** With a record in focus already, moving on brings the next one. */
function openLink(row: HTMLElement): void {
  if (row instanceof HTMLAnchorElement) row.click();
}

/** What was folded by hand, with what leads to the record in focus open. */
function withFocus(byHand: ReadonlyMap<string, Fold>, records: Records, structure: Structure, selected: number | null) {
  if (selected === null) return byHand;
  const record = records.get(selected);
  if (!record) return byHand;
  const folds = new Map(byHand);
  for (const key of keysAround(record, structure)) if (folds.get(key) !== "trouble") folds.set(key, "open");
  return folds;
}

function siblingsOf(row: Row, rows: readonly Row[]): number {
  if (row.kind === "step") return 0;
  const loop = rows.find(({ key }) => key === row.key.slice(0, row.key.lastIndexOf("#")));
  return loop?.kind === "step" ? loop.iterations.length : 0;
}

function lastMoment(rows: readonly Row[], endMs: number): number {
  return rows.reduce((last, row) => Math.max(last, row.endMs ?? 0), endMs);
}
