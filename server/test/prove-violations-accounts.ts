/** A violation of each promise about accounts and entry, and its end. */
import { STRANGER, trigger, type Violation } from "./prove-harm.ts";

const insertUser = `insert into identity."user" (id, name, email, "emailVerified") values ('${STRANGER}', 'Eve', 'eve@people.test', true)`;
const deleteUser = `delete from identity."user" where id = '${STRANGER}'`;
const account = (columns: string, values: string): string =>
  `${insertUser}; insert into identity.account ("accountId", "providerId", "userId", "updatedAt", ${columns})
    values ('eve', 'google', '${STRANGER}', now(), ${values})`;
const NO_TOKENS = `check ("accessToken" is null and "refreshToken" is null and "idToken" is null)`;

export const ACCOUNT_VIOLATIONS: readonly Violation[] = [
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
    id: "A6",
    what: "keys that lose what they are limited to",
    ...trigger("steward.api_keys", "insert", "new.permissions := null; return new;"),
    seen: /a key that is limited to reading wrote a variable/,
  },
  {
    id: "A6",
    what: "keys that reach further than they were made for",
    ...trigger("steward.api_keys", "insert", "new.reach := 'organization'; return new;"),
    seen: /a key that reaches its project alone came to the organization/,
  },
  {
    id: "A6",
    what: "keys that don't end",
    ...trigger("steward.api_keys", "update", "new.expires_at := null; return new;"),
    seen: /a key was accepted after its end/,
  },
  {
    id: "A6",
    what: "keys whose use leaves no trace",
    ...trigger("steward.api_keys", "update", "new.last_used_at := null; return new;"),
    seen: /a key that was used shows no use/,
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
        check (purpose in ('mail', 'identity', 'key_service', 'audit_sink', 'connection'))`,
    seen: /1 hosts were connected to for telemetry/,
  },
];
