import type { Invitation } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { invitationsQuery, peopleKeys } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { InvitePanel } from "./InvitePanel.tsx";
import { NotYoursHere } from "./NotYoursHere.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { roleWords } from "./role-words.ts";
import { useOrganization, useRoles } from "./use-organization.ts";

const { people } = say;
const { invitations: words } = people;

/** Who was invited and what became of it. */
export function InvitationsPage() {
  const { may } = useOrganization();
  return may("member.read") ? <InvitationsParts /> : <NotYoursHere needs="member.read" />;
}

function InvitationsParts() {
  const { panel } = useSearch({ from: "/organization/invitations" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const list = useInfiniteQuery(invitationsQuery(useClient(), organization.id));
  const invite = may("member.write") && (
    <Link {...paths.invitations({ ...of, panel: "invite" })} className={buttonClasses("primary")}>
      {people.members.invite}
    </Link>
  );
  const none = list.isSuccess && list.data.pages[0]?.items.length === 0;
  return (
    <OrganizationFrame
      actions={!none && invite}
      panel={
        panel === "invite" && may("member.write") && <InvitePanel close={() => void navigate(paths.invitations(of))} />
      }
    >
      <Listed
        list={list}
        noun={words.noun}
        empty={
          <EmptyState title={words.none} what={words.noneWhat}>
            {invite}
          </EmptyState>
        }
      >
        {(invitations) => (
          <Table
            label={words.title}
            columns={[
              { name: words.email },
              { name: people.role, className: "w-32", wide: true },
              { name: words.state, className: "w-28" },
              { name: words.made, className: "w-28", right: true, wide: true },
              { name: words.expires, className: "w-28", right: true, wide: true },
              { name: people.actions, className: "w-36", right: true },
            ]}
          >
            {invitations.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} />
            ))}
          </Table>
        )}
      </Listed>
    </OrganizationFrame>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { id, email, role, state, createdAt, expiresAt } = invitation;
  const client = useClient();
  const { organization, may } = useOrganization();
  const roles = useRoles(organization.id);
  const takeBack = useAct({
    act: () => client.revokeInvitation({ organization: organization.id, invitation: id }),
    changes: [peopleKeys.invitations(organization.id)],
    said: () => words.takenBack(email),
  });
  return (
    <Row>
      <Cell>{visible(email)}</Cell>
      <Cell wide className="text-13">
        {roleWords(role, roles)}
      </Cell>
      <Cell className={state === "open" ? "text-13 text-waiting" : "text-13 text-text-2"}>{words.states[state]}</Cell>
      <Cell right wide className="text-13 text-text-2">
        <Time at={createdAt} />
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        {state === "open" && <Time at={expiresAt} />}
      </Cell>
      <Cell right>
        {state === "open" && may("member.write") && (
          <Button
            look="quiet"
            className="h-7"
            aria-label={words.takeBackOf(email)}
            disabled={takeBack.isPending}
            onClick={() => takeBack.mutate()}
          >
            {words.takeBack}
          </Button>
        )}
      </Cell>
    </Row>
  );
}
