import { type ReactNode, useEffect } from "react";
import { say } from "../language.ts";

/** A page that stands alone before anybody is signed in: one calm column. */
export function EntryPage({ title, what, children }: { title: string; what?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${say.product}`;
  }, [title]);
  return (
    <main className="flex min-h-dvh items-start justify-center px-5 pt-[14vh] pb-10">
      <div className="motion-appear w-full max-w-sm space-y-5">
        <img src="/icon.svg" alt="" className="size-10" />
        <div className="space-y-1">
          <h1 className="text-20 font-semibold">{title}</h1>
          {what !== undefined && <p className="text-text-2">{what}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
