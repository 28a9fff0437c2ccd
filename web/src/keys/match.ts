/** Which shortcut a key press completes. Pure. */

export interface Shortcut {
  /** `j`, `escape`, `?`, `mod+k`, or a sequence such as `g f`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

export interface Press {
  readonly key: string;
  readonly mod: boolean;
  readonly alt: boolean;
  /** True while the person types into a field: only Esc and what has `mod` counts there. */
  readonly typing: boolean;
}

/** The later of two shortcuts on the same keys wins: what was opened last acts first. */
export function matched(
  shortcuts: readonly Shortcut[],
  press: Press,
  pending: string,
): { shortcut: Shortcut | null; pending: string } {
  const chord = `${press.mod ? "mod+" : ""}${press.key.toLowerCase()}`;
  if (press.alt || (press.typing && !press.mod && chord !== "escape")) return { shortcut: null, pending: "" };
  const sequence = pending === "" ? chord : `${pending} ${chord}`;
  const exact = shortcuts.findLast(({ keys }) => keys === sequence) ?? shortcuts.findLast(({ keys }) => keys === chord);
  if (exact) return { shortcut: exact, pending: "" };
  const begins = shortcuts.some(({ keys }) => keys.startsWith(`${chord} `));
  return { shortcut: null, pending: begins ? chord : "" };
}
