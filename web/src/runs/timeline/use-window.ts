import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

const OVERSCAN = 12;

/**
 * Which rows of a long list are near the visible part of `scroller`, and nothing else is drawn. When rows come above
 * what is being read, the scroll moves with them, so that it stands still for the eye.
 */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  keys: readonly string[],
  rowPx: number,
): { start: number; end: number } {
  const [range, setRange] = useState({ start: 0, end: 60 });
  const keysBefore = useRef<readonly string[]>(keys);

  useLayoutEffect(() => {
    const before = keysBefore.current;
    keysBefore.current = keys;
    const box = scroller.current;
    const top = topOf(scroller.current, list.current);
    if (!box || before === keys || top >= 0) return;
    const first = Math.min(before.length - 1, Math.floor(-top / rowPx));
    const key = before[first];
    const now = key === undefined ? -1 : keys.indexOf(key);
    if (now > first) box.scrollBy({ top: (now - first) * rowPx, behavior: "instant" });
  }, [keys, list, rowPx, scroller]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const measure = () => {
      const top = topOf(box, list.current);
      const start = Math.max(0, Math.floor(-top / rowPx) - OVERSCAN);
      const end = Math.min(keys.length, Math.ceil((box.clientHeight - top) / rowPx) + OVERSCAN);
      setRange((before) => (before.start === start && before.end === end ? before : { start, end }));
    };
    measure();
    box.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    if (list.current) observer.observe(list.current);
    return () => {
      box.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [keys.length, list, rowPx, scroller]);

  return { start: Math.min(range.start, keys.length), end: Math.min(range.end, keys.length) };
}

function topOf(scroller: HTMLElement | null, list: HTMLElement | null): number {
  if (!scroller || !list) return 0;
  return list.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
}
