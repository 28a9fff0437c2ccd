import type { Permission } from "@steward/sdk";
import { NotYours } from "../shell/NotYours.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { useOrganization } from "./use-organization.ts";

/** In place of a page of the organization that the person's role keeps from them; its other pages stay in reach. */
export function NotYoursHere({ needs }: { needs: Permission }) {
  const { organization } = useOrganization();
  return (
    <OrganizationFrame>
      <NotYours needs={needs} organization={organization.name} />
    </OrganizationFrame>
  );
}
