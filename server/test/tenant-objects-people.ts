/** People, keys, sign-on and what an organization has beside its projects. */
import { randomBytes } from "node:crypto";
import type { Permission } from "@steward/sdk";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { showId } from "../src/core/id.ts";
import { KINDS, type Making } from "./tenant-objects-making.ts";

const ids = systemIds(() => Date.now());

/** Roles, members, keys, invitations, consents. */
export async function makePeople({ made, things, letter, mark, project }: Making, at: string): Promise<void> {
  const id = (answer: Record<string, unknown>): string => String(answer["id"]);
  for (const [n, name] of things.name.entries()) {
    const permissions: Permission[] = ["organization.read", "project.read", "flow.read"];
    const role = id(await made("POST", `${at}/roles`, { name, permissions }));
    things.role.push(role);
    const member = id(await made("POST", `${at}/service-accounts`, { name: `Robot ${mark} ${n}`, role }));
    things.member.push(member);
    things.key.push(id(await made("POST", "/v1/keys", { name: `Key ${mark}`, member, reach: "organization" })));
    await made("PUT", `${at}/projects/${showId("prj", project)}/members/${member}`, { role: "viewer" });
    const invited = await made("POST", `${at}/invitations`, { email: `invited${n}@${letter}.test`, role });
    things.invitation.push(id(invited));
    things.invitationToken.push(new URL(String(invited["url"])).hash.replace(/^#(?:token=)?/, ""));
    things.consent.push(id(await made("POST", `${at}/support-consents`, { reason: `Reason ${mark}`, hours: 24 })));
    const address = `https://sink${n}.${letter}.test/log`;
    things.sink.push(id(await made("POST", `${at}/audit/sinks`, { kind: "http", address, secret: mark })));
    things.sinkAddress.push(address);
  }
}

/** In the tables themselves: what asks a provider or the name service can't be made without one. */
export async function makeSignOn({ admin, things, organization, letter, mark }: Making): Promise<void> {
  const [member] = (
    await admin.query<{ id: string }>({
      text: "select id from steward.members where organization = $1 and role = 'owner'",
      values: [organization],
    })
  ).rows;
  const account = ids.uuid();
  for (const n of [0, 1]) {
    const [connection, domain, token, user, group] = [ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid()];
    const name = `mail${n}.${letter}.test`;
    for (const [text, values] of [
      [
        `insert into steward.sign_on_connections (organization, id, kind, name, enabled, issuer, sign_on_url, certificates,
          trusts_second_factor, set_by, created_at, changed_at)
          values ($1, $2, 'saml', $3, true, $3, 'https://idp.test/', '{}', false, $4, now(), now())`,
        [organization, connection, `Provider ${mark}`, member!.id],
      ],
      [
        `insert into steward.sign_on_domains (organization, id, domain, token, created_at, verified_at, checked_at)
          values ($1, $2, $3, $4, now(), now(), now())`,
        [organization, domain, name, mark],
      ],
      [
        `insert into steward.scim_tokens (organization, id, prefix, hash, created_by, created_at)
          values ($1, $2, $3, sha256($4), $5, now())`,
        [organization, token, mark.slice(0, 9), randomBytes(16), member!.id],
      ],
      [
        `insert into steward.scim_users (organization, id, account, user_name, display_name, active, created_at, changed_at)
          values ($1, $2, $3, $4, $4, true, now(), now())`,
        [organization, user, n === 0 ? account : ids.uuid(), `${mark}${n}`],
      ],
      [
        `insert into steward.scim_groups (organization, id, display_name, created_at, changed_at) values ($1, $2, $3, now(), now())`,
        [organization, group, `group-${letter}${n}`],
      ],
      [
        `insert into steward.scim_group_members (organization, group_id, user_id) values ($1, $2, $3)`,
        [organization, group, user],
      ],
      [
        `insert into steward.sign_on_group_roles (organization, group_name, rank, role) values ($1, $2, $3, 'viewer')`,
        [organization, `group-${letter}${n}`, n],
      ],
    ] as const)
      await admin.query({ text, values: [...values] });
    things.connection.push(showId("sso", connection));
    things.domain.push(showId("dom", domain));
    things.domainName.push(name);
    things.scimToken.push(showId("key", token));
    things.groupName.push(`group-${letter}${n}`);
  }
}

/** What the lists of the rest say: members, sessions, cursors. */
export async function noteRest({ made, things, admin }: Making): Promise<void> {
  const { items } = (await made("GET", "/v1/account/sessions")) as { items: { id: string }[] };
  things.session.push(...items.map((one) => one.id));
  const me = await made("GET", "/v1/me");
  things.member.unshift(String(me["member"]));
  things.principal.push(things.member[0]!, things.key[0]!, things.key[1]!);
  things.target.push(things.run[2]!, things.member[1]!, things.role[0]!);
  things.cursor.push(things.member[1]!, things.key[0]!, things.run[2]!, things.file[0]!, things.invitation[0]!);
  const { rows } = await admin.query<{ id: string }>({
    text: "select id from steward.outbox order by id desc limit 2",
  });
  things.message.push(...rows.map((row) => showId("msg", row.id)));
  const missing = KINDS.filter((kind) => things[kind].length === 0);
  if (missing.length > 0) throw new Error(`a tenant has no ${missing.join(", ")}`);
}
