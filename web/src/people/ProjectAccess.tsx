import type { Member, Project, RoleRef } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { memberChoiceQuery, peopleKeys, projectMembersQuery } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { reachesTo, roleWords } from "./role-words.ts";
import { RoleSelect } from "./RoleSelect.tsx";
import { useOrganization, useRoles } from "./use-organization.ts";

const { projects: words } = say.people;

/** What everybody's role in the organization is replaced by in this one project. */
export function ProjectAccess({ project }: { project: Project }) {
  const client = useClient();
  const { organization } = useOrganization();
  const members = useQuery(memberChoiceQuery(client, organization.id));
  const others = useQuery(projectMembersQuery(client, organization.id, project.id));
  const roleIn = (member: string) => others.data?.items.find((one) => one.member === member)?.role ?? null;
  const error = members.error ?? others.error;
  return (
    <section aria-labelledby="project-access" className="space-y-2">
      <div>
        <h3 id="project-access" className="font-semibold">
          {words.access}
        </h3>
        <p className="text-12 text-text-2">{words.accessWhat}</p>
      </div>
      {error && <ErrorNote error={error} retry={() => void Promise.all([members.refetch(), others.refetch()])} />}
      {(members.isPending || others.isPending) && <Skeleton rows={3} />}
      {members.data && others.data && (
        <ul>
          {members.data.items.map((member) => (
            <MemberHere key={member.id} project={project} member={member} role={roleIn(member.id)} />
          ))}
        </ul>
      )}
      {members.data?.more === true && (
        <p className="text-12 text-text-3">{words.accessMany(members.data.items.length)}</p>
      )}
    </section>
  );
}

const SAME = "same";

function MemberHere({ project, member, role }: { project: Project; member: Member; role: RoleRef | null }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const roles = useRoles(organization.id);
  const at = { organization: organization.id, project: project.id, member: member.id };
  const sameWords = words.same(roleWords(member.role, roles));
  const put = (next: string): Promise<unknown> =>
    next === SAME ? client.unsetProjectMember(at) : client.setProjectMember({ ...at, body: { role: next } });
  const wordsOf = (next: string) =>
    next === SAME ? sameWords : next === "none" ? words.noAccess : roleWords(next, roles);
  const change = useAct({
    act: put,
    changes: [peopleKeys.projectMembers(project.id), keys.session],
    said: (next) => words.accessSet(member.name, wordsOf(next)),
    undo: () => put(role ?? SAME),
  });
  const present = role ?? SAME;
  // An owner is one everywhere, and nobody places whoever has more than they.
  const able =
    may("member.write") &&
    project.permissions.includes("project.write") &&
    member.role !== "owner" &&
    reachesTo(organization.role, member.role, roles);
  return (
    <li className="flex min-h-9 items-center gap-3 border-b border-line/70">
      <span className="min-w-0 flex-1 truncate text-13">{visible(member.name)}</span>
      {able ? (
        <RoleSelect
          aria-label={words.accessOf(member.name)}
          roles={roles}
          own={organization.role}
          value={change.isPending ? change.variables : present}
          change={change.mutate}
          disabled={change.isPending}
          className="h-7 min-h-7 w-52 py-0 text-13"
          first={
            <>
              <option value={SAME}>{sameWords}</option>
              <option value="none">{words.noAccess}</option>
            </>
          }
        />
      ) : (
        <span className="text-13 text-text-2">{wordsOf(present)}</span>
      )}
    </li>
  );
}
