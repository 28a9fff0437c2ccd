import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { saveDownload } from "./terminal/save-download.ts";

interface Options {
  readonly installation?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly output: string;
}

export function addAuditExport(parent: Command, cli: Cli): void {
  parent
    .command("export")
    .description("write the audit log to a file that verifies without Steward")
    .option("--from <time>", "from the last signed head before then: 2026-11-21T12:00:00Z")
    .option("--to <time>", "to the first signed head after then; by default until now")
    .option("-o, --output <file>", "where to", "steward-audit.jsonl")
    .option("--installation", "of the installation itself, for its operators")
    .action((options: Options) => exportTo(cli, options));
}

async function exportTo(cli: Cli, { installation, from, to, output }: Options): Promise<void> {
  const client = await connectOutside(cli);
  const span = { from, to };
  const { pieces } =
    installation === true
      ? await client.exportInstallationAudit(span)
      : await client.exportAudit({ organization: await organizationOf(cli, client), ...span });
  const bytes = await saveDownload(cli, pieces, { file: output, over: true, doing: "exporting" });
  show(cli, { file: output, bytes }, () => [`written to ${output}: ${bytes} bytes`]);
  note(cli, `Next: steward audit verify ${output}`);
}
