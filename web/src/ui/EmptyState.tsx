import type { ReactNode } from "react";

/** What this place is for, and the first thing to do in it. */
export function EmptyState({ title, what, children }: { title: string; what: string; children?: ReactNode }) {
  return (
    <div className="motion-appear max-w-[60ch] px-4 py-10 md:px-6">
      <h2 className="text-16 font-semibold">{title}</h2>
      <p className="mt-1 text-text-2">{what}</p>
      {children !== undefined && <div className="mt-5">{children}</div>}
    </div>
  );
}
