import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { connectionsQuery, signOnQuery } from "../api/sign-on-queries.ts";
import { paths } from "../paths.ts";
import { NotYoursHere } from "../people/NotYoursHere.tsx";
import { OrganizationFrame } from "../people/OrganizationFrame.tsx";
import { useOrganization } from "../people/use-organization.ts";
import { Asked } from "./Asked.tsx";
import { ConnectionList } from "./ConnectionList.tsx";
import { ConnectionPanel } from "./ConnectionPanel.tsx";
import { DomainList } from "./DomainList.tsx";
import { Enforcement } from "./Enforcement.tsx";
import { ScimTokens } from "./ScimTokens.tsx";
import { SignOnRolesForm } from "./SignOnRolesForm.tsx";

/** How the organization's people come in by its own identity provider. */
export function SignOnPage() {
  const { may } = useOrganization();
  return may("sign_on.read") ? <SignOnParts /> : <NotYoursHere needs="sign_on.read" />;
}

function SignOnParts() {
  const { open } = useSearch({ from: "/organization/sign-on" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const client = useClient();
  const settings = useQuery(signOnQuery(client, organization.id));
  const connections = useQuery(connectionsQuery(client, organization.id));
  const of = { organization: organization.id };
  const show = (id?: string) => void navigate(paths.signOn({ ...of, open: id }));
  const opened = connections.data?.items.find(({ id }) => id === open) ?? null;
  const kind = opened?.kind ?? (open === "oidc" || open === "saml" ? open : null);
  return (
    <OrganizationFrame
      panel={
        kind !== null &&
        (opened !== null || may("sign_on.write")) && (
          <ConnectionPanel key={open} kind={kind} connection={opened} close={() => show()} made={show} />
        )
      }
    >
      <div className="space-y-10 py-6">
        <ConnectionList list={connections} />
        <DomainList />
        <Asked query={settings}>
          {(found) => (
            <>
              <SignOnRolesForm key={JSON.stringify([found.defaultRole, found.groupRoles])} settings={found} />
              <ScimTokens scimUrl={found.scimUrl} />
              <Enforcement enforced={found.enforced} />
            </>
          )}
        </Asked>
      </div>
    </OrganizationFrame>
  );
}
