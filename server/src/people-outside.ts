/** What the verbs around people need of the rest: keys that change online, mail, what a project has outside of its rows. */
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import type { Ground } from "./ground.ts";
import { rotateOrganization } from "./keyring/rotate-organization.ts";
import { rotateProject } from "./keyring/rotate-project.ts";
import { shredProject } from "./keyring/shred-project.ts";
import type { PeopleOutside } from "./people/people-parts.ts";

export function peopleOutside({ config, keyring }: Ground, { send }: Entry, built: Built): PeopleOutside {
  const { keyTools, databases } = built;
  return {
    keyring: {
      createOrganization: (organization) => keyring.createOrganization(organization),
      createProject: (organization, project) => keyring.createProject(organization, project),
      project: (organization, project) => keyring.project(organization, project),
      rotateOrganization: (organization) => rotateOrganization(keyTools, organization),
      rotateProject: (scope) => rotateProject(keyTools, { ...scope, classes: ["content", "credential"] }),
      shredProject: (scope) => shredProject(keyTools, scope),
    },
    mail: { send },
    regions: config.regions,
    storeRegion: config.storeRegion,
    onMemberRemoved: () => Promise.resolve(), // connections and agents will hang here
    onProjectShredded: async (scope) => void (await databases.drop(scope)),
  };
}
