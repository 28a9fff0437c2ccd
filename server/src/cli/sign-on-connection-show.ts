import type { Client, SignOnConnection } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { pickOne } from "./pick-one.ts";
import { connectOutside } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addSignOnConnectionShow(parent: Command, cli: Cli): void {
  parent
    .command("connection-show")
    .description("a provider, and what it must know of us")
    .argument("<connection>", "its name or id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: connection } = await findConnection(client, organization, named);
      const one = await client.getSignOnConnection({ organization, connection });
      show(cli, one, () => connectionLines(one));
    });
}

export async function findConnection(client: Client, organization: string, named: string): Promise<SignOnConnection> {
  const { items } = await client.listSignOnConnections({ organization });
  const called = items.filter(({ id, name }) => id === named || name === named);
  return pickOne(called, "connection", named, "steward sign-on connection-list", (one) =>
    [one.kind, one.enabled ? "enabled" : "disabled", one.issuer].join(", "),
  );
}

/** A provider as a person reads it, who may have to type parts of it elsewhere. */
export function connectionLines(one: SignOnConnection): readonly string[] {
  return factLines([
    ["name", one.name],
    ["id", one.id],
    ["kind", `${one.kind}, ${one.enabled ? "enabled" : "disabled"}`],
    ["issuer", one.issuer],
    ...(one.kind === "oidc" ? oidcFacts(one) : samlFacts(one)),
    ["e-mail in", one.emailAttribute],
    ["name in", one.nameAttribute],
    ["groups in", one.groupsAttribute],
    ["second factor", one.trustsSecondFactor ? "a sign-on counts as two factors" : null],
    ["owners", one.signsOnOwners ? null : "are not signed on"],
    ["changed", timeText(one.changedAt)],
    ["last used", timeText(one.lastUsedAt)],
  ]);
}

type Facts = readonly (readonly [name: string, value: string])[];

function oidcFacts({ clientId, redirectUrl }: Extract<SignOnConnection, { kind: "oidc" }>): Facts {
  return [
    ["client id", clientId],
    ["redirect to", redirectUrl],
  ];
}

function samlFacts(one: Extract<SignOnConnection, { kind: "saml" }>): Facts {
  return [
    ["sign-on at", one.signOnUrl],
    ...one.certificates.map(
      ({ sha256, expiresAt }) => ["certificate", `${sha256}, until ${timeText(expiresAt)}`] as const,
    ),
    ["our metadata", one.metadataUrl],
    ["answers to", one.acsUrl],
  ];
}
