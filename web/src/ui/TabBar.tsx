import { type ReactNode, useEffect, useRef } from "react";

/** The parts of a page as links, each an address of its own; `TAB` is how one looks. */
export function TabBar({ label, children }: { label: string; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the present part may be beyond the edge.
    bar.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, []);
  return (
    <nav
      ref={bar}
      aria-label={label}
      className="sticky top-0 z-10 flex gap-5 overflow-x-auto overflow-y-hidden border-b border-line bg-surface-0 px-4 [scrollbar-width:none] md:px-6"
    >
      {children}
    </nav>
  );
}

export const TAB =
  "flex h-9 shrink-0 items-center border-b-2 border-transparent text-13 font-medium whitespace-nowrap text-text-2 -outline-offset-2 hover:text-text-1 aria-[current=page]:border-accent aria-[current=page]:text-text-1";
