import { createContext, useContext, useEffect, useRef } from "react";
import { matched, type Shortcut } from "./match.ts";

/** The shortcuts of what is on the page now, in the order they came. */
export interface ShortcutRegistry {
  readonly add: (shortcuts: () => readonly Shortcut[]) => () => void;
  readonly all: () => readonly Shortcut[];
  /** As they came together, what was opened last first. */
  readonly groups: () => readonly (readonly Shortcut[])[];
}

function createShortcutRegistry(): ShortcutRegistry {
  const groups = new Set<() => readonly Shortcut[]>();
  return {
    add: (shortcuts) => {
      groups.add(shortcuts);
      return () => groups.delete(shortcuts);
    },
    all: () => [...groups].flatMap((group) => group()),
    groups: () => [...groups].map((group) => group()).toReversed(),
  };
}

export const ShortcutContext = createContext<ShortcutRegistry>(createShortcutRegistry());

/** Shortcuts that hold while the calling component is on the page; `?` lists them. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = useContext(ShortcutContext);
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => registry.add(() => latest.current), [registry]);
}

const SEQUENCE_MS = 1000;
const ON_TOP = ':is([role="dialog"], [role="alertdialog"], [role="menu"]):not([data-closed])';

/** Listens to the keyboard for a registry's shortcuts; gives the way to stop. */
export function listenToKeys(registry: ShortcutRegistry, target: Document): () => void {
  let pending = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (event: KeyboardEvent) => {
    // What is open on top keeps its keys to itself, and a control may have used the key already.
    if (event.defaultPrevented || event.isComposing || target.querySelector(ON_TOP)) return;
    const press = {
      key: event.key,
      mod: event.metaKey || event.ctrlKey,
      alt: event.altKey,
      typing: isTyping(event.target),
    };
    const match = matched(registry.all(), press, pending);
    pending = match.pending;
    clearTimeout(timer);
    timer = setTimeout(() => (pending = ""), SEQUENCE_MS);
    if (!match.shortcut) return;
    event.preventDefault();
    match.shortcut.run();
  };
  target.addEventListener("keydown", listen);
  return () => {
    clearTimeout(timer);
    target.removeEventListener("keydown", listen);
  };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
