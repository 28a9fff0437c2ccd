import type { Consent } from "@steward/sdk";
import { type Cli, note } from "./cli.ts";
import { connectionLines } from "./connection-show.ts";

/** What is asked for, in words, and where to go on; how to go on is noted apart. */
export function consentLines(cli: Cli, { connection, asks, authorizationUrl, device, notReached }: Consent): string[] {
  const { slug } = connection;
  if (notReached !== null) note(cli, `kept, but not reached: ${notReached} Try again: steward connection test ${slug}`);
  if (authorizationUrl === null && device === null) return connectionLines(connection);
  if (device !== null) note(cli, `once it is entered: steward connection poll ${slug}`);
  else note(cli, `open it in the browser in which you are signed in here; then: steward connection show ${slug}`);
  return [
    `${slug}: the provider will ask for`,
    ...asks.map((one) => `  - ${one.means}${one.for.length > 0 ? ` (${one.for.join(", ")})` : ""}`),
    ...(device === null ? [] : [`Enter ${device.userCode} at ${device.verificationUrl}`]),
    ...(authorizationUrl === null ? [] : [authorizationUrl]),
  ];
}
