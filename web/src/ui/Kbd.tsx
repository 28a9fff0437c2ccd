import { say } from "../language.ts";

const NAMES: Record<string, string> = { escape: "Esc", enter: "↵", arrowdown: "↓", arrowup: "↑" };

/** Keys as they are pressed; `mod` is ⌘ on Apple's machines and Ctrl elsewhere, a space separates a sequence. */
export function Kbd({ keys }: { keys: string }) {
  const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const chords = keys.split(" ");
  return (
    <span className="inline-flex items-center gap-1 max-md:hidden" aria-hidden>
      {chords.map((chord, index) => (
        <span key={chord} className="inline-flex items-center gap-1">
          {index > 0 && <span className="text-12 text-text-3">{say.keys.after}</span>}
          <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-current/25 px-1 font-sans text-12 leading-none">
            {chord
              .split("+")
              .map((key) => (key === "mod" ? (apple ? "⌘" : "Ctrl ") : (NAMES[key] ?? key.toUpperCase())))
              .join("")}
          </kbd>
        </span>
      ))}
    </span>
  );
}
