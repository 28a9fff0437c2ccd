import type { Member } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useContext } from "react";
import { useClient } from "../api/client.ts";
import { apiKeysQuery } from "../api/people-queries.ts";
import { SessionContext, useSession } from "../api/session.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Panel } from "../ui/Panel.tsx";
import { visible } from "../visible.ts";
import { keyState } from "./key-state.ts";
import { KeyTable } from "./KeyTable.tsx";
import { MemberRole, RemoveMember } from "./MemberActs.tsx";
import { reachesTo, roleWords } from "./role-words.ts";
import { useOrganization, useRoles } from "./use-organization.ts";

const { people } = say;
const { services: words } = people;

/** A service account: its role, its keys in this project, its end. */
export function ServiceAccountPanel({ member, close }: { member: Member; close: () => void }) {
  const session = useContext(SessionContext);
  const { organization, may } = useOrganization();
  const roles = useRoles(organization.id);
  const changeable = may("member.write") && reachesTo(organization.role, member.role, roles);
  return (
    <Panel title={visible(member.name)} label={words.panel(member.name)} close={close} wide>
      <div className="space-y-4 px-4 py-4 md:px-6">
        <div className="flex items-center justify-between gap-3">
          <CopyId id={member.id} />
          {changeable && <RemoveMember member={member} done={close} />}
        </div>
        <div className="flex items-center gap-3 text-13">
          <span className="font-medium">{people.role}</span>
          {changeable ? <MemberRole member={member} service /> : roleWords(member.role, roles)}
        </div>
      </div>
      {session?.here.organization.id !== organization.id ? (
        <p className="px-4 pb-4 text-13 text-text-2 md:px-6">{words.keysElsewhere}</p>
      ) : (
        session.may("key.read") && <ServiceKeys member={member} />
      )}
    </Panel>
  );
}

function ServiceKeys({ member }: { member: Member }) {
  const { here, may } = useSession();
  const list = useInfiniteQuery(apiKeysQuery(useClient(), here.project.id));
  const now = useNow(5000);
  return (
    <section aria-labelledby="service-keys">
      <div className="flex items-center justify-between gap-3 px-4 pb-2 md:px-6">
        <h3 id="service-keys" className="font-semibold">
          {words.keys}
        </h3>
        {may("key.write") && may("member.write") && (
          <Link {...paths.apiKeys({ make: true, member: member.id })} className={buttonClasses("plain")}>
            {people.keys.make}
          </Link>
        )}
      </div>
      <Listed
        list={list}
        noun={people.keys.noun}
        keep={(key) => key.member === member.id && keyState(key, now) !== "over"}
        empty={<p className="px-4 text-13 text-text-2 md:px-6">{words.noKeys}</p>}
      >
        {(apiKeys) => <KeyTable apiKeys={apiKeys} />}
      </Listed>
    </section>
  );
}
