import { invitationHandlers } from "./invitations.ts";
import { keyHandlers } from "./keys.ts";
import { memberHandlers } from "./members.ts";
import { organizationHandlers } from "./organizations.ts";
import { projectHandlers } from "./projects.ts";
import { roleHandlers } from "./roles.ts";
import { supportHandlers } from "./support.ts";
import type { HttpParts } from "./http-parts.ts";

/** Organizations, and who may do what in them. */
export function peopleHandlers(parts: HttpParts) {
  return {
    ...organizationHandlers(parts),
    ...memberHandlers(parts),
    ...invitationHandlers(parts),
    ...roleHandlers(parts),
    ...projectHandlers(parts),
    ...keyHandlers(parts),
    ...supportHandlers(parts),
  };
}
