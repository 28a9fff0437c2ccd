/** A document as the API gives it, and its text: plain, or as Markdown. */
import { z } from "zod";

const DEPTH_MAX = 20;

const Run = z.object({
  textRun: z
    .object({
      content: z.string().default(""),
      textStyle: z
        .object({
          bold: z.boolean().optional(),
          italic: z.boolean().optional(),
          strikethrough: z.boolean().optional(),
          link: z.object({ url: z.string().optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
  person: z
    .object({
      personProperties: z.object({ name: z.string().optional(), email: z.string().optional() }).optional(),
    })
    .optional(),
  richLink: z
    .object({ richLinkProperties: z.object({ title: z.string().optional(), uri: z.string().optional() }).optional() })
    .optional(),
  horizontalRule: z.object({}).optional(),
});
type Run = z.output<typeof Run>;

const Paragraph = z.object({
  elements: z.array(Run).default([]),
  paragraphStyle: z.object({ namedStyleType: z.string().optional() }).optional(),
  bullet: z.object({ listId: z.string(), nestingLevel: z.int().min(0).max(9).default(0) }).optional(),
});
type Paragraph = z.output<typeof Paragraph>;

interface Element {
  readonly paragraph?: Paragraph | undefined;
  readonly table?: { tableRows: { tableCells: { content: Element[] }[] }[] } | undefined;
  readonly tableOfContents?: { content: Element[] } | undefined;
}
const Element: z.ZodType<Element> = z.lazy(() =>
  z.object({
    paragraph: Paragraph.optional(),
    table: z
      .object({
        tableRows: z
          .array(z.object({ tableCells: z.array(z.object({ content: z.array(Element).default([]) })).default([]) }))
          .default([]),
      })
      .optional(),
    tableOfContents: z.object({ content: z.array(Element).default([]) }).optional(),
  }),
);

const Lists = z.record(
  z.string(),
  z.object({
    listProperties: z
      .object({ nestingLevels: z.array(z.object({ glyphType: z.string().optional() })).optional() })
      .optional(),
  }),
);
type Lists = z.output<typeof Lists>;

interface Tab {
  readonly tabProperties?: { title?: string | undefined } | undefined;
  readonly documentTab?: { body?: { content: Element[] } | undefined; lists?: Lists | undefined } | undefined;
  readonly childTabs?: Tab[] | undefined;
}
const Tab: z.ZodType<Tab> = z.lazy(() =>
  z.object({
    tabProperties: z.object({ title: z.string().optional() }).optional(),
    documentTab: z
      .object({ body: z.object({ content: z.array(Element).default([]) }).optional(), lists: Lists.optional() })
      .optional(),
    childTabs: z.array(Tab).optional(),
  }),
);

/** As `documents.get` answers with `includeTabsContent`. */
export const Document = z.object({
  documentId: z.string(),
  title: z.string().default(""),
  revisionId: z.string().optional(),
  tabs: z.array(Tab).default([]),
});

export type Format = "markdown" | "text";

/** The text of all tabs, one after the other, each under its title where there are several. */
export function contentOf(document: z.output<typeof Document>, format: Format): string {
  const tabs = flatTabs(document.tabs, 0);
  const texts = tabs.map((tab) => {
    const text = textOf(tab.documentTab?.body?.content ?? [], tab.documentTab?.lists ?? {}, format, 0);
    const title = tab.tabProperties?.title ?? "";
    if (tabs.length === 1 || title === "") return text;
    return `${format === "markdown" ? `# ${escaped(title)}` : title}\n\n${text}`;
  });
  return texts
    .join("\n\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function flatTabs(tabs: readonly Tab[], depth: number): readonly Tab[] {
  if (depth > DEPTH_MAX) return [];
  return tabs.flatMap((tab) => [tab, ...flatTabs(tab.childTabs ?? [], depth + 1)]);
}

function textOf(elements: readonly Element[], lists: Lists, format: Format, depth: number): string {
  if (depth > DEPTH_MAX) return "";
  const lines: string[] = [];
  for (const { paragraph, table, tableOfContents } of elements) {
    if (paragraph !== undefined) lines.push(paragraphOf(paragraph, lists, format));
    if (table !== undefined) lines.push(tableOf(table.tableRows, lists, format, depth));
    if (tableOfContents !== undefined) lines.push(textOf(tableOfContents.content, lists, format, depth + 1));
  }
  return lines.join("\n");
}

const HEADINGS: Readonly<Record<string, string>> = {
  TITLE: "# ",
  SUBTITLE: "## ",
  HEADING_1: "# ",
  HEADING_2: "## ",
  HEADING_3: "### ",
  HEADING_4: "#### ",
  HEADING_5: "##### ",
  HEADING_6: "###### ",
};

/** An item of a list stands beside the next; every other paragraph has an empty line after it in Markdown. */
function paragraphOf({ elements, paragraphStyle, bullet }: Paragraph, lists: Lists, format: Format): string {
  const text = elements
    .map((run) => runOf(run, format))
    .join("")
    .replaceAll("\u000b", "\n")
    .replace(/\n$/, "");
  if (format === "text" || text.trim() === "") return text;
  if (bullet !== undefined) {
    const glyph = lists[bullet.listId]?.listProperties?.nestingLevels?.[bullet.nestingLevel]?.glyphType;
    const isOrdered = glyph !== undefined && glyph !== "NONE" && glyph !== "GLYPH_TYPE_UNSPECIFIED";
    return `${"   ".repeat(bullet.nestingLevel)}${isOrdered ? "1." : "-"} ${text}`;
  }
  const style = paragraphStyle?.namedStyleType ?? "";
  const heading = Object.hasOwn(HEADINGS, style) ? HEADINGS[style] : undefined;
  return heading === undefined ? `${text}\n` : `${heading}${text.replaceAll("\n", " ")}\n`;
}

function runOf({ textRun, person, richLink, horizontalRule }: Run, format: Format): string {
  if (horizontalRule !== undefined) return format === "markdown" ? "---" : "";
  if (person !== undefined) {
    const { name, email } = person.personProperties ?? {};
    return plainOr(name ?? email ?? "", format);
  }
  if (richLink !== undefined) {
    const { title, uri = "" } = richLink.richLinkProperties ?? {};
    return format === "markdown" && uri !== "" ? linkTo(uri, escaped(title ?? uri)) : (title ?? uri);
  }
  if (textRun === undefined) return "";
  return format === "text" ? textRun.content : styled(textRun.content, textRun.textStyle ?? {});
}

function plainOr(text: string, format: Format): string {
  return format === "markdown" ? escaped(text) : text;
}

/** White space at the ends stays outside of the marks, or Markdown would not see them. */
function styled(content: string, style: NonNullable<NonNullable<Run["textRun"]>["textStyle"]>): string {
  const [, before = "", inner = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(content) ?? [];
  if (inner === "") return content;
  let text = escaped(inner);
  if (style.strikethrough === true) text = `~~${text}~~`;
  if (style.italic === true) text = `*${text}*`;
  if (style.bold === true) text = `**${text}**`;
  if (style.link?.url !== undefined) text = linkTo(style.link.url, text);
  return before + text + after;
}

function linkTo(url: string, text: string): string {
  return `[${text}](${url.replaceAll(/[\s()<>\\]/g, (sign) => encodeURIComponent(sign).replace("(", "%28").replace(")", "%29"))})`;
}

/** What would be markup stays text. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>~|]/g, String.raw`\$&`)
    .replaceAll(/^(\s*)([#+-]|\d+\.)(?=\s)/gm, String.raw`$1\$2`);
}

function tableOf(
  rows: readonly { tableCells: { content: Element[] }[] }[],
  lists: Lists,
  format: Format,
  depth: number,
): string {
  const cells = rows.map(({ tableCells }) =>
    tableCells.map(({ content }) => textOf(content, lists, format, depth + 1).trim()),
  );
  if (format === "text") return cells.map((row) => row.join("\t")).join("\n");
  const [head = [], ...rest] = cells.map((row) => row.map((cell) => cell.replaceAll(/\s*\n\s*/g, "<br>")));
  return ["", lineOf(head), lineOf(head.map(() => "---")), ...rest.map(lineOf), ""].join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
