import type { ReactNode } from "react";

/** A part of the settings: what it is for, the way to add to it, what is there. */
export function Section({
  id,
  title,
  what,
  action,
  children,
}: {
  id: string;
  title: string;
  what: string;
  action: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id}>
      <div className="flex flex-wrap items-start justify-between gap-3 px-4 pb-3 md:px-6">
        <div className="max-w-[72ch]">
          <h2 id={id} className="text-16 font-semibold">
            {title}
          </h2>
          <p className="text-13 text-text-2">{what}</p>
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

export function NothingHere({ title, what }: { title: string; what: string }) {
  return (
    <p className="border-t border-line px-4 py-4 text-13 text-text-2 md:px-6">
      <span className="font-medium text-text-1">{title}.</span> {what}
    </p>
  );
}
