import type { Connection, ConnectionDetails, ConnectionUser } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addConnectionShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("one connection: how it is, and what the provider granted")
    .argument("<connection>", "its slug")
    .action(async (slug: string) => {
      const connection = await (await connect(cli)).getConnection({ slug });
      show(cli, connection, () => [...connectionLines(connection), ...userLines(connection)]);
    });
}

const HOW = {
  named: "",
  starter: ", as whoever starts it",
  run: ", if a run comes to it",
} as const satisfies Record<ConnectionUser["how"], string>;

function userLines({ usedBy, endsWith }: ConnectionDetails): string[] {
  return factLines([
    ...usedBy.map(({ flow, paused, how }) => ["used by", `${flow}${HOW[how]}${paused ? " (paused)" : ""}`] as const),
    ...endsWith.map((slug) => ["ends with it", `${slug}: the same account by the same OAuth client`] as const),
  ]);
}

/** How it is: not "active" alone where something is wrong with it. */
export function statusText({ status, errorCode }: Pick<Connection, "status" | "errorCode">): string {
  if (errorCode === null || errorCode === status) return status;
  return errorCode === "provider_unavailable" ? `${status}, not reached` : `${status} (${errorCode})`;
}

/** A connection in lines. */
export function connectionLines(one: Connection): string[] {
  return [
    `${one.slug}: ${one.connector}`,
    ...factLines([
      ["status", statusText(one)],
      ["account", one.account],
      ["whose", one.owner ?? "the project's"],
      ["only for", one.flow],
      ["by", one.authentication],
      ["address", one.address],
      ["hosts", one.hosts.join(", ")],
      ["connected", one.connectedAt && timeText(one.connectedAt)],
      ["good until", one.expiresAt && timeText(one.expiresAt)],
      ["used", one.usedAt && timeText(one.usedAt)],
      ["buttons", one.buttonsUrl],
      ...one.scopes.map(({ scope, means }) => ["may", means === scope ? scope : `${means} (${scope})`] as const),
    ]),
  ];
}
