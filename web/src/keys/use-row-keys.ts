import type { RefObject } from "react";
import { say } from "../language.ts";
import { useShortcuts } from "./use-shortcuts.ts";

/** J and K move the focus between the rows (`[data-row]`) inside; `follow` is told where it went. */
export function useRowKeys(inside: RefObject<HTMLElement | null>, follow?: (row: HTMLElement) => void): void {
  const move = (by: 1 | -1) => {
    const rows = [...(inside.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const focused = rows.findIndex((row) => row === document.activeElement);
    const current = focused === -1 ? rows.findIndex((row) => row.ariaCurrent === "true") : focused;
    const next = rows[current === -1 ? 0 : current + by];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    follow?.(next);
  };
  useShortcuts([
    { keys: "j", label: say.keys.row.next, run: () => move(1) },
    { keys: "k", label: say.keys.row.previous, run: () => move(-1) },
  ]);
}
