import { type Ref, useRef } from "react";
import { classes } from "./classes.ts";
import type { FieldControl } from "./Field.tsx";

const LINES_MAX = 20_000;

/** A text of code with line numbers, to edit or (without `change`) to read; lines in `marked` carry a problem. Tab leaves it, as in any field. */
export function CodeArea({
  value,
  change,
  control,
  marked,
  className,
  areaRef,
  autoFocus = false,
}: {
  value: string;
  change: ((text: string) => void) | null;
  control: Partial<FieldControl> & { "aria-label"?: string };
  marked?: ReadonlySet<number>;
  className?: string;
  areaRef?: Ref<HTMLTextAreaElement>;
  autoFocus?: boolean;
}) {
  const gutter = useRef<HTMLDivElement>(null);
  const count = Math.min(LINES_MAX, value.split("\n").length);
  return (
    <div
      className={classes(
        "flex overflow-hidden rounded-md border border-line bg-surface-1 font-mono text-13 leading-5 focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent",
        className,
      )}
    >
      <div ref={gutter} aria-hidden className="shrink-0 overflow-hidden py-2 text-right text-text-3 select-none">
        {Array.from({ length: count }, (_, index) => (
          <div
            key={index}
            className={classes(
              "h-5 min-w-10 pr-2 pl-2",
              marked?.has(index + 1) && "bg-failed/10 font-semibold text-failed",
            )}
          >
            {index + 1}
          </div>
        ))}
        <div className="h-10" />
      </div>
      <textarea
        ref={areaRef}
        {...control}
        autoFocus={autoFocus}
        value={value}
        readOnly={change === null}
        onChange={(event) => change?.(event.target.value)}
        onScroll={(event) => gutter.current?.scrollTo(0, event.currentTarget.scrollTop)}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        className="min-w-0 flex-1 resize-none overflow-auto border-l border-line bg-surface-0 px-3 py-2 leading-5 outline-none"
      />
    </div>
  );
}
