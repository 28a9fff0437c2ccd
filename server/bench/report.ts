/** The table on the terminal, and the same as a document. */
import { tableLines } from "../src/cli/terminal/table.ts";
import type { Line } from "./measurement.ts";

const COLUMNS = [
  { title: "what" },
  { title: "measured" },
  { title: "of the echo", right: true },
  { title: "p50 ms", right: true },
  { title: "p99 ms", right: true },
  { title: "target" },
  { title: "" },
];

export function reportText(lines: readonly Line[]): string {
  return tableLines(COLUMNS, lines.map(cellsOf), null).join("\n");
}

/** Markdown under the facts of the machine. */
export function reportDocument(lines: readonly Line[], facts: readonly string[]): string {
  const rule = COLUMNS.map((column) => (column.right === true ? "--:" : "---"));
  return [
    "# Speed and size, as measured",
    "",
    "Written by `npm run bench -- --write`; by hand nothing is changed here. Each figure of W1 to W3 stands beside a bare Fastify echo of the same body, measured directly before and after it with the same load. What is measured with and without something is measured in turn, and given as the median of the pairs.",
    "",
    ...facts.map((fact) => `- ${fact}`),
    "",
    row(COLUMNS.map((column) => column.title)),
    row(rule),
    ...lines.map((line) => row(cellsOf(line))),
    "",
  ].join("\n");
}

function cellsOf({ what, measured, ratio, p50Ms, p99Ms, target, met }: Line): readonly string[] {
  return [
    what,
    measured,
    ratio === undefined ? "" : `${(ratio * 100).toFixed(ratio < 0.1 ? 2 : 1)} %`,
    ms(p50Ms),
    ms(p99Ms),
    target ?? "",
    met === undefined ? "" : met ? "ok" : "below",
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function ms(value: number | undefined): string {
  if (value === undefined) return "";
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
