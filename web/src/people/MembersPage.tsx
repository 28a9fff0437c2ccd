import type { Member } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { membersQuery } from "../api/people-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { GoTo } from "../shell/GoTo.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { visible } from "../visible.ts";
import { InvitePanel } from "./InvitePanel.tsx";
import { MemberRole, RemoveMember } from "./MemberActs.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { reachesTo, roleWords } from "./role-words.ts";
import { useOrganization, useRoles } from "./use-organization.ts";

const { people } = say;
const { members: words } = people;

/** The people of the organization and their roles in it. */
export function MembersPage() {
  const { search = "", panel } = useSearch({ from: "/organization" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const first = may("organization.read") ? paths.projects(of) : paths.generalOrganization(of);
  if (!may("member.read")) return <GoTo by={(go) => go({ ...first, replace: true })} />;
  return (
    <OrganizationFrame
      actions={
        <>
          <SearchField
            label={words.search}
            value={search}
            change={(next) => void navigate({ ...paths.organization({ ...of, search: next, panel }), replace: true })}
          />
          {may("member.write") && (
            <Link {...paths.organization({ ...of, panel: "invite" })} className={buttonClasses("primary")}>
              {words.invite}
            </Link>
          )}
        </>
      }
      panel={
        panel === "invite" && may("member.write") && <InvitePanel close={() => void navigate(paths.organization(of))} />
      }
    >
      <MemberList search={search} />
    </OrganizationFrame>
  );
}

function MemberList({ search }: { search: string }) {
  const { organization } = useOrganization();
  const list = useInfiniteQuery(membersQuery(useClient(), organization.id, search));
  return (
    <Listed
      list={list}
      noun={words.noun}
      keep={({ kind }) => kind === "person"}
      empty={
        search === "" ? (
          <EmptyState title={words.none} what={words.noneWhat} />
        ) : (
          <EmptyState title={words.nothing(search)} what={words.nothingWhat} />
        )
      }
    >
      {(members) => (
        <Table
          label={words.title}
          columns={[
            { name: words.name },
            { name: people.role, className: "w-36 @3xl:w-44" },
            { name: words.since, className: "w-32", right: true, wide: true },
            { name: people.actions, className: "w-32", right: true },
          ]}
        >
          {members.map((member) => (
            <MemberRow key={member.id} member={member} />
          ))}
        </Table>
      )}
    </Listed>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { organization, may } = useOrganization();
  const { account } = useSignedIn();
  const roles = useRoles(organization.id);
  const mine = member.email?.toLowerCase() === account.email.toLowerCase();
  // One's own role is another's to change: who gave it away could not take it back.
  const changeable = may("member.write") && !mine && reachesTo(organization.role, member.role, roles);
  return (
    <Row>
      <Cell>
        <span className="font-medium">{visible(member.name)}</span>
        {mine && <span className="ml-1.5 text-12 text-text-3">{people.you}</span>}
        {member.email !== null && member.email !== member.name && (
          <span className="ml-2 text-13 text-text-3">{visible(member.email)}</span>
        )}
      </Cell>
      <Cell>
        {changeable ? <MemberRole member={member} /> : <span className="text-13">{roleWords(member.role, roles)}</span>}
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        <Time at={member.createdAt} />
      </Cell>
      <Cell right>{changeable && <RemoveMember member={member} />}</Cell>
    </Row>
  );
}
