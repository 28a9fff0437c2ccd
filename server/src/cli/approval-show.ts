import type { Approval } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { stepText, timeText } from "./terminal/words.ts";

export function addApprovalShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("an approval: what would be sent, why it is asked, who must agree and who has")
    .argument("<approval>", "its id: steward approval list")
    .action((named: string) => showOne(cli, named));
}

async function showOne(cli: Cli, named: string): Promise<void> {
  const approval = await (await connect(cli)).getApproval({ approval: named });
  show(cli, approval, () => approvalLines(approval));
  if (approval.mine)
    note(cli, `Next: steward approval approve ${approval.id}, or: steward approval reject ${approval.id}`);
}

export function approvalLines(approval: Approval): string[] {
  const { decisions, parties, why } = approval;
  return [
    ...factLines([
      ["approval", approval.id],
      ["status", statusText(approval)],
      ["run", `${approval.run} (${approval.flow})`],
      ["step", stepText(approval.step, approval.path)],
      ["action", approval.action],
      ["why", why.map(({ kind, field }) => (field === null ? kind : `${kind} ${field}`)).join(", ")],
      ["rule", approval.sentence],
      ["who", parties.map(({ approvers, quorum }) => `${quorum} of ${approvers.join(", ")}`).join("; and ")],
      ["by a model", approval.byModel.join(", ")],
      ["asked", timeText(approval.createdAt)],
      ["ends", timeText(approval.expiresAt)],
    ]),
    ...decisions.map(({ account, name, decision, via, at, note: said }) =>
      [`${decision} by ${name ?? account}, ${via}, ${timeText(at)}`, ...(said === null ? [] : [said])].join(": "),
    ),
    ...argumentLines(approval),
  ];
}

/** What was approved and then refused, or needed no more, is not what nobody has decided. */
function statusText({ status, decidedAt }: Approval): string {
  return status === "withdrawn" && decidedAt !== null
    ? "withdrawn: it was approved, but not done; the run says why"
    : status;
}

function argumentLines({ arguments: given, changed }: Approval): string[] {
  if (given === null) return ["what would be sent is for those who may see runs"];
  const instead = changed === null ? [] : ["changed to:", JSON.stringify(changed, null, 2)];
  return [JSON.stringify(given, null, 2), ...instead];
}
