/** What sign-on needs from outside, for tests: the real keys, records and mails of the test's own. */
import type { TextAnswer } from "../core/ports/sign-on.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { INSTALLATION } from "../store/installation.ts";
import type { DomainMessage, SignOnOutside } from "./sign-on-parts.ts";

export interface TestSignOn extends SignOnOutside {
  /** By domain; a domain without an entry has no records. */
  readonly zone: Map<string, TextAnswer>;
  readonly told: DomainMessage[];
}

export function testSignOn(keyring: Pick<Keyring, "project">): TestSignOn {
  const zone = new Map<string, TextAnswer>();
  const told: DomainMessage[] = [];
  return {
    zone,
    told,
    keys: () => keyring.project(INSTALLATION, INSTALLATION),
    texts: { lookUp: (name) => Promise.resolve(zone.get(name) ?? { kind: "missing" }) },
    mail: {
      // As the outbox does: it lies in the installation's scope.
      send: async (tx, message) => {
        await tx.query({ text: "select set_config('steward.organization', '', true)" });
        told.push(message);
      },
    },
  };
}
