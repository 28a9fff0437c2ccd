/** How wide the columns of a grid are. Pure. */
import type { Column } from "@steward/sdk";

/** Columns before the table's own: to select a row, to open it. */
export const LEADING = 2;
const LEADING_PX = [36, 48];
const WIDTHS_PX: Readonly<Record<Column["type"], number>> = {
  text: 220,
  number: 120,
  integer: 110,
  boolean: 96,
  date: 116,
  time: 172,
  json: 240,
  select: 150,
};
const HEADER_CHAR_PX = 8;
const HEADER_PADDING_PX = 60;
const WIDTH_PX_MAX = 320;

/** As `grid-template-columns` takes it: each as wide as what it holds usually is, the last one takes the rest. */
export function gridTemplate(columns: readonly Column[]): string {
  const widths = columns.map(({ name, type }) =>
    Math.min(WIDTH_PX_MAX, Math.max(WIDTHS_PX[type], name.length * HEADER_CHAR_PX + HEADER_PADDING_PX)),
  );
  return [...LEADING_PX, ...widths].map((px) => `${px}px`).join(" ");
}
