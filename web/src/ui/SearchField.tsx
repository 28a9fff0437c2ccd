import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";

const TYPING_MS = 150;
const CHARS_MAX = 200;

/** Searches as one types; `/` goes to it, Esc leaves it. */
export function SearchField({
  label,
  value,
  change,
}: {
  label: string;
  value: string;
  change: (search: string | undefined) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(change);
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    latest.current = change;
  });
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => latest.current(typed === "" ? undefined : typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  useShortcuts([{ keys: "/", label: say.keys.search, run: () => input.current?.focus() }]);
  return (
    <input
      ref={input}
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      maxLength={CHARS_MAX}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      className="field w-44 text-13 md:w-56"
    />
  );
}
