/** A violation of each promise, as somebody with the database's superuser or the settings at hand could bring about, and its end. */
import type { Database } from "../src/core/ports/database.ts";
import { INSTALLATION } from "../src/store/installation.ts";
import { PROOF_SCOPES } from "../src/store/proof-tenants.ts";
import { STRANGER, trigger, type Violation } from "./prove-harm.ts";
import { ACCOUNT_VIOLATIONS } from "./prove-violations-accounts.ts";
import { GATE_VIOLATIONS } from "./prove-violations-gate.ts";

const [OWN] = PROOF_SCOPES;

/** Of the first proof organization's own database. */
async function inProject(admin: Database, text: (name: string) => string): Promise<void> {
  const { rows } = await admin.query<{ name: string }>({
    text: `select name from steward.project_databases where project = '${OWN.project}'`,
  });
  await admin.query({ text: text(rows[0]!.name) });
}

/** An audit's first batch with another fact in it, whoever's it is. */
function editAudit(organization: string): Pick<Violation, "plant" | "undo"> {
  const of = `organization = '${organization}' and (chain, seq) in
    (select chain, seq from steward.audit_batches where organization = '${organization}' order by recorded_at limit 1)`;
  const edit = (from: string, to: string): string =>
    `update steward.audit_batches set entries = replace(entries::text, '"${from}', '"${to}')::jsonb where ${of}`;
  return { plant: edit("actor", "aktor"), undo: edit("aktor", "actor") };
}

export const VIOLATIONS: readonly Violation[] = [
  ...ACCOUNT_VIOLATIONS,
  ...GATE_VIOLATIONS,
  {
    id: "B1",
    what: "row-level security that is not forced",
    plant: "alter table steward.variables no force row level security",
    undo: "alter table steward.variables force row level security",
    seen: /row-level security of variables is not forced/,
  },
  {
    id: "B1",
    what: "a serving role that bypasses it",
    plant: "alter role steward_app bypassrls",
    undo: "alter role steward_app nobypassrls",
    seen: /steward_app bypasses row-level security/,
  },
  {
    id: "B1",
    what: "a policy that shows everything",
    plant: "create policy harm on steward.members to steward_app using (true)",
    undo: "drop policy harm on steward.members",
    seen: /rows of members are seen without a scope/,
  },
  {
    id: "B2",
    what: "a project's database that everybody may enter",
    plant: ({ admin }) => inProject(admin, (name) => `grant connect on database ${name} to public`),
    undo: ({ admin }) => inProject(admin, (name) => `revoke connect on database ${name} from public`),
    seen: /everybody may enter the database project_/,
  },
  {
    id: "B2",
    what: "a project's role without a connection limit",
    plant: ({ admin }) => inProject(admin, (name) => `alter role ${name} connection limit -1`),
    undo: ({ admin }) => inProject(admin, (name) => `alter role ${name} connection limit 24`),
    seen: /has a connection limit of -1/,
  },
  {
    id: "B5",
    what: "a draft stored as it was typed",
    ...trigger(
      "steward.flows",
      "insert or update",
      "new.draft := convert_to(repeat('plain ', 20), 'UTF8'); return new;",
    ),
    seen: /values in flows.draft are not sealed/,
  },
  {
    id: "B5",
    what: "an operator who is let in without the owner's consent",
    plant: `insert into steward.support_consents (organization, id, reason, granted_by, granted_at, expires_at)
      select organization, gen_random_uuid(), 'harm', id, now(), now() + interval '1 hour' from steward.members
      where organization = '${OWN.organization}' limit 1`,
    undo: `delete from steward.support_consents where organization = '${OWN.organization}'`,
    seen: /an operator was let into an organization without its consent: entered/,
  },
  {
    id: "B5",
    what: "consents that don't end",
    ...trigger("steward.support_consents", "insert", "new.expires_at := now() + interval '1 day'; return new;"),
    seen: /an operator was let in by a consent that is over: entered/,
  },
  {
    id: "B6",
    what: "plain HTTP beyond loopback",
    plant: ({ config }) => Promise.resolve(void (config.host = "0.0.0.0")),
    undo: ({ config }) => Promise.resolve(void (config.host = "127.0.0.1")),
    seen: /0\.0\.0\.0 is no loopback address, and plain HTTP is spoken there/,
  },
  {
    id: "B7",
    what: "a run led by a worker of another region than its project's",
    plant: async ({ admin, config }) => {
      config.storeRegion = "eu";
      await admin.query({
        text: `update steward.workers set region = 'ch'; update steward.projects set region = 'eu' where id = '${OWN.project}';
          insert into steward.queue (project, run, due_at, fence, worker)
            select '${OWN.project}', '${STRANGER}', now() + interval '1 hour', 1, id from steward.workers limit 1`,
      });
    },
    undo: async ({ admin, config }) => {
      config.storeRegion = null;
      await admin.query({
        text: `update steward.workers set region = null; update steward.projects set region = null where id = '${OWN.project}';
          delete from steward.queue where run = '${STRANGER}'`,
      });
    },
    seen: /1 runs are led by a worker of another region/,
  },
  {
    id: "B7",
    what: "a project that is pinned to where its data is not",
    plant: `update steward.projects set region = 'ch' where id = '${OWN.project}'`,
    undo: `update steward.projects set region = null where id = '${OWN.project}'`,
    seen: /1 projects are pinned to a region, and their data is in none/,
  },
  {
    id: "C1",
    what: "a credential stored as it was typed",
    ...trigger(
      "steward.credentials",
      "insert or update",
      "new.secret := convert_to(repeat('plain ', 20), 'UTF8'); return new;",
    ),
    seen: /not Steward's sealed format/,
  },
  {
    id: "C1",
    what: "credentials sealed for another row",
    ...trigger("steward.credentials", "insert or update", "new.id := gen_random_uuid(); return new;"),
    seen: /does not open in its own row/,
  },
  {
    id: "G1",
    what: "an organization's log that was edited",
    ...editAudit(OWN.organization),
    seen: /does not fit its digest/,
  },
  {
    id: "G1",
    what: "the installation's own log, edited",
    ...editAudit(INSTALLATION),
    seen: /the installation's log: .*does not fit its digest/,
  },
  {
    id: "G1",
    what: "acts that leave no entry",
    ...trigger(
      "steward.audit_batches",
      "insert",
      `if position('variable.set' in new.entries::text) > 0 then return null; end if; return new;`,
    ),
    seen: /an act left no entry variable.set|follow|missing/,
  },
];
