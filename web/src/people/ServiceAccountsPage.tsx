import type { Member } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { membersQuery } from "../api/people-queries.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { NewServiceAccountPanel } from "./NewServiceAccountPanel.tsx";
import { NotYoursHere } from "./NotYoursHere.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { roleWords } from "./role-words.ts";
import { ServiceAccountPanel } from "./ServiceAccountPanel.tsx";
import { useOrganization, useRoles } from "./use-organization.ts";

const { people } = say;
const { services: words } = people;

/** Members that are no persons. */
export function ServiceAccountsPage() {
  const { may } = useOrganization();
  return may("member.read") ? <ServicesParts /> : <NotYoursHere needs="member.read" />;
}

function ServicesParts() {
  const { open } = useSearch({ from: "/organization/service-accounts" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const list = useInfiniteQuery(membersQuery(useClient(), organization.id));
  const close = () => void navigate(paths.serviceAccounts(of));
  const opened = list.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === open);
  const make = may("member.write") && (
    <Link {...paths.serviceAccounts({ ...of, open: "new" })} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {words.new}
    </Link>
  );
  return (
    <OrganizationFrame
      actions={make}
      panel={
        (open === "new" && may("member.write") && (
          <NewServiceAccountPanel
            close={close}
            done={(id) => void navigate(paths.serviceAccounts({ ...of, open: id }))}
          />
        )) ||
        (opened && <ServiceAccountPanel key={opened.id} member={opened} close={close} />)
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Listed
        list={list}
        noun={words.noun}
        keep={({ kind }) => kind === "service"}
        empty={
          <EmptyState title={words.none} what={words.noneWhat}>
            {make}
          </EmptyState>
        }
      >
        {(members) => <ServiceTable members={members} />}
      </Listed>
    </OrganizationFrame>
  );
}

function ServiceTable({ members }: { members: readonly Member[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { organization } = useOrganization();
  const roles = useRoles(organization.id);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.name },
          { name: people.role, className: "w-44" },
          { name: people.members.since, className: "w-32", right: true, wide: true },
        ]}
      >
        {members.map(({ id, name, role, createdAt }) => (
          <Row key={id}>
            <Cell>
              <Link
                {...paths.serviceAccounts({ organization: organization.id, open: id })}
                data-row
                className={ROW_LINK}
              >
                {visible(name)}
              </Link>
            </Cell>
            <Cell className="text-13">{roleWords(role, roles)}</Cell>
            <Cell right wide className="text-13 text-text-2">
              <Time at={createdAt} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
