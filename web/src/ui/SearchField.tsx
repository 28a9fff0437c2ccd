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
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState(value);
  // Somebody else has set it, for instance to nothing: what was typed before counts no longer.
  if (value !== seen) {
    setSeen(value);
    if (value !== told) {
      setTold(value);
      setTyped(value);
    }
  }
  useEffect(() => {
    latest.current = change;
  });
  useEffect(() => {
    if (typed === told) return undefined;
    const timer = setTimeout(() => {
      setTold(typed);
      latest.current(typed === "" ? undefined : typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, told]);
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
