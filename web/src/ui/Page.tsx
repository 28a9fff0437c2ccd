import { type ReactNode, type Ref, useEffect } from "react";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

/**
 * A page: its bar with the title and the actions, the content that scrolls, and beside it the panel of the thing in focus.
 * `trail` is what the page lies in; `title` also names the browser's tab.
 */
export function Page({
  title: given,
  trail,
  actions,
  panel,
  children,
  scrollRef,
  mark,
}: {
  title: string;
  trail?: ReactNode;
  actions?: ReactNode;
  panel?: ReactNode;
  children: ReactNode;
  scrollRef?: Ref<HTMLDivElement>;
  mark?: ReactNode;
}) {
  const title = visible(given);
  useEffect(() => {
    document.title = `${title} · ${say.product}`;
  }, [title]);
  return (
    <div className="flex h-full min-w-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-[7px] md:px-6">
          <div className="flex min-w-0 flex-1 basis-[220px] items-center gap-1.5">
            {trail !== undefined && (
              <>
                <span className="shrink-0 text-text-2">{trail}</span>
                <span className="text-text-3" aria-hidden>
                  /
                </span>
              </>
            )}
            <h1 className="truncate font-semibold">{title}</h1>
            {mark}
          </div>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
        <div
          ref={scrollRef}
          className="@container relative min-h-0 flex-1 overflow-y-auto overflow-x-clip [overflow-anchor:none]"
        >
          {children}
        </div>
      </div>
      {panel}
    </div>
  );
}
