import type { ReactNode } from "react";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { IconButton } from "./Button.tsx";

/** The thing in focus, right of the content (over it on a phone), opened by a link and closed by Esc. */
export function Panel({
  title,
  label,
  close,
  children,
  wide = false,
}: {
  title: ReactNode;
  label: string;
  close: () => void;
  children: ReactNode;
  wide?: boolean;
}) {
  useShortcuts([{ keys: "escape", label: say.keys.close, run: close }]);
  return (
    <aside
      aria-label={label}
      className={`motion-slide z-10 flex shrink-0 flex-col border-line bg-surface-0 max-lg:fixed max-lg:inset-0 max-lg:z-30 lg:border-l ${
        wide ? "lg:w-[min(46vw,760px)]" : "lg:w-[420px]"
      }`}
    >
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line py-2 pr-3 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-semibold">{title}</h2>
        <IconButton icon="close" label={say.close} onClick={close} />
      </header>
      <div className="@container min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  );
}
