import type { RunSummary } from "@steward/sdk";
import { type RefObject, useEffect, useMemo, useState } from "react";
import { steadyRows } from "./arrivals.ts";

/**
 * The runs to show, and how many newer ones wait. They wait only while somebody reads: the pointer or the focus is in
 * the list, or it is scrolled; `show` lets them in.
 */
export function useSteadyRuns(runs: readonly RunSummary[], more: boolean, list: RefObject<HTMLElement | null>) {
  const [shown, setShown] = useState<ReadonlyMap<string, RunSummary>>(new Map());
  const reading = useReading(list);
  const { rows, waiting } = useMemo(() => steadyRows(runs, shown, more), [runs, shown, more]);
  const show = () => setShown(byId(runs));
  const next = waiting > 0 && !reading ? runs : rows;
  if (next.some(({ id }) => !shown.has(id))) setShown(byId(next));
  return { rows, waiting, show };
}

function byId(runs: readonly RunSummary[]): ReadonlyMap<string, RunSummary> {
  return new Map(runs.map((run) => [run.id, run]));
}

function useReading(list: RefObject<HTMLElement | null>): boolean {
  const [reading, setReading] = useState(false);
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    let over = false;
    const update = (event: Event) => {
      if (event.type === "pointerenter") over = true;
      if (event.type === "pointerleave") over = false;
      setReading(over || element.contains(document.activeElement) || isScrolled(element));
    };
    const onElement = ["pointerenter", "pointerleave", "focusin", "focusout"];
    for (const name of onElement) element.addEventListener(name, update);
    document.addEventListener("scroll", update, { capture: true, passive: true });
    return () => {
      for (const name of onElement) element.removeEventListener(name, update);
      document.removeEventListener("scroll", update, { capture: true });
    };
  }, [list]);
  return reading;
}

function isScrolled(list: HTMLElement): boolean {
  const edge = list.parentElement?.getBoundingClientRect().top ?? 0;
  return list.getBoundingClientRect().top < edge;
}
