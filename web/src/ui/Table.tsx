import type { ReactNode } from "react";
import { classes } from "./classes.ts";

export interface Column {
  readonly name: string;
  readonly right?: boolean;
  /** Left out where there is little room: on narrow screens, beside a panel. */
  readonly wide?: boolean;
  readonly className?: string;
}

const CELL = "h-9 px-2 first:pl-4 last:pr-4 md:first:pl-6 md:last:pr-6";

/** A table whose rows are links: J and K move between them, Enter follows (see `useRowKeys`). */
export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly Column[];
  children: ReactNode;
}) {
  return (
    <table className="w-full table-fixed border-collapse text-left" aria-label={label}>
      <thead>
        <tr className="border-b border-line">
          {columns.map(({ name, right, wide, className }) => (
            <th
              key={name}
              scope="col"
              className={classes(
                CELL,
                "h-8 text-12 font-medium text-text-3",
                right && "text-right",
                wide && "@max-3xl:hidden",
                className,
              )}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** One row; the link inside its first cell covers it. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <tr className="group relative border-b border-line/70 hover:bg-surface-1 has-[a[data-row]:focus-visible]:bg-surface-2 has-[a[data-row]:focus-visible]:shadow-[inset_2px_0_0_var(--accent)]">
      {children}
    </tr>
  );
}

export function Cell({
  children,
  right,
  wide,
  className,
}: {
  children: ReactNode;
  right?: boolean;
  wide?: boolean;
  className?: string;
}) {
  return (
    <td className={classes(CELL, "truncate", right && "text-right", wide && "@max-3xl:hidden", className)}>
      {children}
    </td>
  );
}

/** For the link of a row: it fills the row, so that a click anywhere follows it. */
export const ROW_LINK = "font-medium outline-none after:absolute after:inset-0";
