/** A violation of each promise, as somebody with the database's superuser or the settings at hand could bring about, and its end. */
import type { Config } from "../src/config.ts";
import type { Database } from "../src/core/ports/database.ts";
import { INSTALLATION } from "../src/store/installation.ts";
import { PROOF_SCOPES } from "../src/store/proof-tenants.ts";

/** What a violation may harm: the database as its superuser, the settings as the proof reads them. */
export interface Harmed {
  readonly admin: Database;
  readonly config: { -readonly [Name in keyof Config]: Config[Name] };
}
export type Harm = (harmed: Harmed) => Promise<void>;

const [OWN] = PROOF_SCOPES;

/** Of the first proof organization's own database. */
async function inProject(admin: Database, text: (name: string) => string): Promise<void> {
  const { rows } = await admin.query<{ name: string }>({
    text: `select name from steward.project_databases where project = '${OWN.project}'`,
  });
  await admin.query({ text: text(rows[0]!.name) });
}

/** A trigger that harms every row it is for; taken away by its name. */
const trigger = (table: string, when: string, body: string) => ({
  plant: `create function public.harm() returns trigger language plpgsql as $$ begin ${body} end $$;
    create trigger harm before ${when} on ${table} for each row execute function public.harm()`,
  undo: `drop trigger harm on ${table}; drop function public.harm()`,
});

export interface Violation {
  readonly id: string;
  readonly what: string;
  /** SQL for a superuser, or what to do. */
  readonly plant: string | Harm;
  readonly undo: string | Harm;
  readonly seen: RegExp;
}

const STRANGER = "0190a000-0000-7000-8000-000000000001";
const insertUser = `insert into identity."user" (id, name, email, "emailVerified") values ('${STRANGER}', 'Eve', 'eve@people.test', true)`;
const deleteUser = `delete from identity."user" where id = '${STRANGER}'`;
const account = (columns: string, values: string): string =>
  `${insertUser}; insert into identity.account ("accountId", "providerId", "userId", "updatedAt", ${columns})
    values ('eve', 'google', '${STRANGER}', now(), ${values})`;
const NO_TOKENS = `check ("accessToken" is null and "refreshToken" is null and "idToken" is null)`;

/** An audit's first batch with another fact in it, whoever's it is. */
function editAudit(organization: string): Pick<Violation, "plant" | "undo"> {
  const of = `organization = '${organization}' and (chain, seq) in
    (select chain, seq from steward.audit_batches where organization = '${organization}' order by recorded_at limit 1)`;
  const edit = (from: string, to: string): string =>
    `update steward.audit_batches set entries = replace(entries::text, '"${from}', '"${to}')::jsonb where ${of}`;
  return { plant: edit("actor", "aktor"), undo: edit("aktor", "actor") };
}

export const VIOLATIONS: readonly Violation[] = [
  {
    id: "A1",
    what: "a password kept as it was typed",
    plant: account("password", "'correct horse'"),
    undo: deleteUser,
    seen: /1 passwords are kept as something else/,
  },
  {
    id: "A1",
    what: "a password hashed with too little memory",
    plant: account("password", "'$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g'"),
    undo: deleteUser,
    seen: /less than is asked: \$argon2id\$v=19\$m=1024/,
  },
  {
    id: "A2",
    what: "a provider's token kept",
    plant: `alter table identity.account drop constraint account_keeps_no_tokens; ${account('"accessToken"', "'ya29'")}`,
    undo: `${deleteUser}; alter table identity.account add constraint account_keeps_no_tokens ${NO_TOKENS}`,
    seen: /1 accounts keep a provider's tokens/,
  },
  {
    id: "A3",
    what: "sessions that don't end",
    ...trigger("identity.session", "delete", "return null;"),
    seen: /ending a session was answered with 404/,
  },
  {
    id: "A4",
    what: "a rule for a second factor that does not stick",
    ...trigger("steward.organizations", "update", "new.second_factor_required := false; return new;"),
    seen: /requires a second factor was entered without: 200/,
  },
  {
    id: "A4",
    what: "sessions that count as proved twice at once",
    ...trigger("identity.session", "insert", `new."secondFactor" := true; return new;`),
    seen: /entered without/,
  },
  {
    id: "A4",
    what: "keys that count as made with a second factor",
    ...trigger("steward.api_keys", "insert", "new.second_factor := true; return new;"),
    seen: /a key made without a second factor counts as one made with it/,
  },
  {
    id: "A5",
    what: "an enforced sign-on that does not stick",
    ...trigger("steward.organizations", "update", "new.sign_on_enforced := false; return new;"),
    seen: /reading the organization, in a session that the sign-on did not begin: 200/,
  },
  {
    id: "A6",
    what: "keys that can't be revoked",
    ...trigger("steward.api_keys", "update", "new.revoked_at := null; return new;"),
    seen: /accepted on the request after its revocation/,
  },
  {
    id: "A7",
    what: "a proof that is good for a day",
    plant: `insert into identity.verification (identifier, value, "expiresAt") values ('harm', 'harm', now() + interval '1 day')`,
    undo: "delete from identity.verification where identifier = 'harm'",
    seen: /1 proofs that were asked for are good for more than an hour/,
  },
  {
    id: "A7",
    what: "addresses that confirm themselves",
    ...trigger(`identity."user"`, "insert", `new."emailVerified" := true; return new;`),
    seen: /an unconfirmed address signed in/,
  },
  {
    id: "A8",
    what: "tries that are not counted",
    ...trigger("steward.rate_limits", "insert or update", "new.points := least(new.points, 1); return new;"),
    seen: /after 5 wrong passwords the next try was answered 200/,
  },
  {
    id: "A8",
    what: "counts that can't be written",
    plant: "revoke insert, update on steward.rate_limits from steward_app",
    undo: "grant insert, update on steward.rate_limits to steward_app",
    seen: /a wrong password was answered with 500/,
  },
  {
    id: "A9",
    what: "a door that lets in who is younger than the operator set",
    plant: ({ config }) => Promise.resolve(void (config.minimumAge = 18)),
    undo: ({ config }) => Promise.resolve(void (config.minimumAge = 16)),
    seen: /a day too young: an account was made/,
  },
  {
    id: "A10",
    what: "a connection for a purpose that nobody was told of",
    plant: `alter table steward.outbound_connections drop constraint outbound_connections_purpose_check;
      insert into steward.outbound_connections values (now(), 'telemetry.example', 443, 'telemetry', 1, null, now(), now())`,
    undo: `delete from steward.outbound_connections where purpose = 'telemetry';
      alter table steward.outbound_connections add constraint outbound_connections_purpose_check
        check (purpose in ('mail', 'identity', 'key_service', 'audit_sink'))`,
    seen: /1 hosts were connected to for telemetry/,
  },
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
