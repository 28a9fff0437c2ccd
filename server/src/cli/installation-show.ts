import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";

const TLS = { own: "its own certificate", proxy: "a trusted proxy's", none: "none: on this machine only" } as const;
const MAIL = { server: "sent by", inbox: "read here: steward installation mail", kept: "kept: set STEWARD_SMTP_URL" };

export function addInstallationShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("what this installation is, and how large (operators)")
    .action(async () => {
      const one = await (await connectOutside(cli)).getInstallation();
      const { queued, sending, sent, failed } = one.mail.counts;
      const { host, state, from } = one.mail;
      show(cli, one, () =>
        factLines([
          ["version", one.version],
          ["home", one.home],
          ["sign-up", one.signUp],
          ["minimum age", one.minimumAge],
          ["TLS", TLS[one.tls]],
          ["mail", host === null ? MAIL[state] : `${MAIL[state]} ${host}${from === null ? "" : `, from ${from}`}`],
          ["outbox", `${queued} queued, ${sending} sending, ${sent} sent, ${failed} failed`],
          ["database", `${one.databaseBytes} bytes`],
          ["organizations", one.organizations],
          ["projects", one.projects],
          ["workers", one.workers],
          ...one.regions.map(({ label, workers, runsDue }): [string, string] => [
            `region ${label}`,
            `${workers} workers, ${runsDue} runs due`,
          ]),
        ]),
      );
    });
}
