import type { Project } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { projectsQuery } from "../api/people-queries.ts";
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
import { NewProjectPanel } from "./NewProjectPanel.tsx";
import { NotYoursHere } from "./NotYoursHere.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { ProjectPanel } from "./ProjectPanel.tsx";
import { roleWords } from "./role-words.ts";
import { useOrganization, useRoles } from "./use-organization.ts";

const { projects: words } = say.people;

/** The projects that the person may enter; those that are deleted, as long as they can be brought back. */
export function ProjectsPage() {
  const { may } = useOrganization();
  return may("organization.read") ? <ProjectsParts /> : <NotYoursHere needs="organization.read" />;
}

function ProjectsParts() {
  const { open } = useSearch({ from: "/organization/projects" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const list = useInfiniteQuery(projectsQuery(useClient(), organization.id));
  const close = () => void navigate(paths.projects(of));
  const make = may("project.create") && (
    <Link {...paths.projects({ ...of, open: "new" })} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {words.new}
    </Link>
  );
  const opened = list.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === open);
  return (
    <OrganizationFrame
      actions={make}
      panel={
        (open === "new" && may("project.create") && <NewProjectPanel close={close} />) ||
        (opened && <ProjectPanel key={opened.id} project={opened} close={close} />)
      }
    >
      <Listed
        list={list}
        noun={words.noun}
        empty={
          <EmptyState title={words.none} what={words.noneWhat}>
            {make}
          </EmptyState>
        }
      >
        {(projects) => <ProjectTable projects={projects} />}
      </Listed>
    </OrganizationFrame>
  );
}

function ProjectTable({ projects }: { projects: readonly Project[] }) {
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
          { name: words.timeZone, className: "w-40", wide: true },
          { name: words.region, className: "w-28", wide: true },
          { name: words.yourRole, className: "w-28" },
          { name: words.state, className: "w-40", wide: true },
        ]}
      >
        {projects.map(({ id, name, slug, timeZone, region, role, deletedAt }) => (
          <Row key={id}>
            <Cell>
              <Link
                {...paths.projects({ organization: organization.id, open: id })}
                data-row
                className={deletedAt === null ? ROW_LINK : `${ROW_LINK} text-text-3 line-through`}
              >
                {visible(name)}
              </Link>
              <span className="ml-2 font-mono text-12 text-text-3">{slug}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {timeZone}
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {region ?? words.anywhere}
            </Cell>
            <Cell className="text-13 text-text-2">{roleWords(role, roles)}</Cell>
            <Cell wide className="text-13 text-text-2">
              {deletedAt === null ? (
                words.live
              ) : (
                <>
                  {words.deletedState} <Time at={deletedAt} />
                </>
              )}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
