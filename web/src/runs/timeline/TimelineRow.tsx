import type { StepRecord } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { say } from "../../language.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import { Icon } from "../../ui/Icon.tsx";
import { StateIcon } from "../../ui/StateBadge.tsx";
import { durationWords } from "../../words.ts";
import { visible } from "../../visible.ts";
import { Bars } from "./Bars.tsx";
import { type Fold, iterationCounts, type Row } from "./rows.ts";
import type { Scale } from "./scale.ts";
import type { Structure } from "./structure.ts";

export const ROW_PX = 32;
/** Name, line of time, duration; with little room the names get more of it. */
export const GRID =
  "grid grid-cols-[minmax(150px,38%)_minmax(0,1fr)_80px] gap-x-3 px-4 @max-lg:grid-cols-[50%_minmax(0,1fr)_68px] @max-lg:gap-x-2 md:px-6";
const INDENT_PX = 18;
const INDENTS_MAX = 8;

interface TimelineRowProps {
  runId: string;
  row: Row;
  index: number;
  count: number;
  structure: Structure;
  scale: Scale;
  now: number;
  selected: number | null;
  open: boolean;
  trouble: boolean;
  fold: (row: Row, to: Fold) => void;
}

/** One row of the timeline; a step's row is the link to its records. */
export function TimelineRow(props: TimelineRowProps) {
  const { row, index, count, scale, now, selected } = props;
  const chosen = row.kind === "step" && row.attempts.some(({ seq }) => seq === selected);
  return (
    <li
      aria-setsize={count}
      aria-posinset={index + 1}
      className={classes(
        "absolute inset-x-0 items-center has-[[data-row]:focus-visible]:shadow-[inset_2px_0_0_var(--accent)]",
        chosen
          ? "bg-accent/10 shadow-[inset_2px_0_0_var(--accent)]"
          : "hover:bg-surface-1 has-[[data-row]:focus-visible]:bg-surface-2",
        GRID,
      )}
      style={{ top: index * ROW_PX, height: ROW_PX }}
    >
      <RowName {...props} chosen={chosen} />
      <Bars row={row} scale={scale} now={now} />
      <span className="text-right text-13 whitespace-nowrap text-text-2">{tookOf(row, now)}</span>
    </li>
  );
}

function RowName({ runId, row, now, structure, open, trouble, fold, chosen }: TimelineRowProps & { chosen: boolean }) {
  const shape = row.kind === "step" ? structure.get(row.step) : undefined;
  const name =
    row.kind === "step"
      ? visible(shape?.name ?? row.step)
      : `${structure.get(row.loop)?.name ?? row.loop}[${row.index}]`;
  const shown = row.kind === "step" ? name : <span className="font-mono text-12 text-text-2">[{row.index}]</span>;
  const place = row.kind === "step" && row.path.length > 0 ? `[${row.path.join("][")}]` : "";
  const holds = row.kind === "step" ? row.iterations.length > 0 : row.steps.length > 0;
  const latest = row.kind === "step" ? row.attempts.at(-1) : undefined;
  return (
    <div
      className="flex h-full min-w-0 items-center gap-1.5 overflow-hidden"
      style={{ paddingLeft: Math.min(row.depth, INDENTS_MAX) * INDENT_PX }}
    >
      {holds ? (
        <button
          type="button"
          aria-expanded={open}
          aria-label={open ? say.run.foldUp(name) : say.run.unfold(name)}
          onClick={() => fold(row, open ? "closed" : "open")}
          {...(row.kind === "iteration" && { "data-row": true })}
          className={classes(
            "flex size-5 shrink-0 items-center justify-center rounded-sm text-text-3 hover:text-text-1",
            // A step's row is the link to its record; an iteration has none, so its whole row opens it.
            row.kind === "step" ? "relative z-[1] hover:bg-surface-3" : "outline-none after:absolute after:inset-0",
          )}
        >
          <Icon name="chevron" className={classes("size-3 transition-transform", open && "rotate-90")} />
        </button>
      ) : (
        <span className="w-5 shrink-0" />
      )}
      <StateIcon state={row.status} className={latest?.copied ? "opacity-50" : ""} />
      <StepLink
        runId={runId}
        latest={latest}
        label={say.run.row(name + place, say.states[row.status], tookOf(row, now))}
        chosen={chosen}
      >
        {shown}
      </StepLink>
      {place !== "" && <span className="font-mono text-12 text-text-3">{place}</span>}
      {row.kind === "step" && row.attempts.length > 1 && (
        <span className="shrink-0 text-12 text-text-3 @max-lg:hidden">{say.run.attempts(row.attempts.length)}</span>
      )}
      {row.kind === "step" && row.iterations.length > 0 && <Iterations row={row} trouble={trouble} fold={fold} />}
      {row.kind === "step" && !holds && (
        <span className="truncate text-12 text-text-3 @max-2xl:hidden">{shape?.kind}</span>
      )}
    </div>
  );
}

function StepLink({
  runId,
  latest,
  label,
  chosen,
  children,
}: {
  runId: string;
  latest: StepRecord | undefined;
  label: string;
  chosen: boolean;
  children: ReactNode;
}) {
  if (!latest) return <span className="truncate">{children}</span>;
  return (
    <Link
      {...paths.run(runId, { step: latest.seq })}
      replace={chosen}
      data-row
      aria-current={chosen ? "true" : undefined}
      aria-label={label}
      className="min-w-8 truncate outline-none after:absolute after:inset-0"
    >
      {children}
    </Link>
  );
}

function Iterations({
  row,
  trouble,
  fold,
}: {
  row: Extract<Row, { kind: "step" }>;
  trouble: boolean;
  fold: TimelineRowProps["fold"];
}) {
  const { total, done, failed, open } = iterationCounts(row);
  const planned = plannedOf(row);
  return (
    <>
      <span className="text-12 whitespace-nowrap text-text-3 @max-lg:hidden">
        {planned !== null && open + total < planned + open
          ? say.run.ofTotal(done + failed, planned)
          : say.run.iterations(total)}
      </span>
      {failed > 0 && (
        <button
          type="button"
          aria-pressed={trouble}
          title={say.run.failedOnlyLabel(failed)}
          onClick={() => fold(row, trouble ? "open" : "trouble")}
          className={classes(
            "relative z-[1] rounded-sm px-1 text-12 whitespace-nowrap text-failed hover:bg-surface-3",
            trouble && "bg-surface-3",
          )}
        >
          {say.run.failedOnly(failed)}
        </button>
      )}
    </>
  );
}

/** How many iterations a for-each has to do, from the items it was given; null where that is not known. */
function plannedOf(row: Extract<Row, { kind: "step" }>): number | null {
  const input = row.attempts.at(-1)?.input;
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  const { items } = input;
  return Array.isArray(items) ? items.length : null;
}

function tookOf(row: Row, now: number): string {
  if (row.status === "skipped") return "";
  return durationWords((row.endMs ?? now) - row.startMs);
}
