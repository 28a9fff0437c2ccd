import type { Project } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addProjectShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a project, and what you may do in it")
    .argument("<project>", "its slug or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const project = await findProject(client, await organizationOf(cli, client), named);
      show(cli, project, () => projectLines(project));
    });
}

/** A project as a person reads it. */
export function projectLines(one: Project): readonly string[] {
  return factLines([
    ["project", one.slug],
    ["name", one.name],
    ["id", one.id],
    ["since", timeText(one.createdAt)],
    ["time zone", one.timeZone],
    ["region", one.region],
    ["deleted", timeText(one.deletedAt)],
    ["can come back until", timeText(one.recoverableUntil)],
    ["your role", one.role],
    ["you may", one.permissions.join(", ")],
  ]);
}
