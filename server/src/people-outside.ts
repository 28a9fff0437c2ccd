/** What the verbs around people need of the rest: keys that change online, mail, what a project has outside of its rows. */
import type { Built } from "./build.ts";
import type { ConnectionsOutside } from "./connections/connection-parts.ts";
import { endOfProject, endOwned } from "./connections/end-left-behind.ts";
import type { Entry } from "./build-entry.ts";
import type { Ground } from "./ground.ts";
import { readEpochs, readOrganizationEpochs } from "./keyring/read-epochs.ts";
import { createReseal, type ResealTools } from "./keyring/reseal.ts";
import { resealProgress } from "./keyring/reseal-progress.ts";
import { requireOrganizationUnused, requireUnused, retireEpoch } from "./keyring/retire-epoch.ts";
import { rotateOrganization } from "./keyring/rotate-organization.ts";
import { rotateProject } from "./keyring/rotate-project.ts";
import { shredOrganization } from "./keyring/shred-organization.ts";
import { shredProject } from "./keyring/shred-project.ts";
import { shredRetiredOrganizationEpoch } from "./keyring/shred-retired-epoch.ts";
import type { PeopleKeyring, PeopleOutside } from "./people/people-parts.ts";
import { createResealParts } from "./reseal-parts.ts";

export function peopleOutside(
  ground: Ground,
  { send }: Entry,
  built: Built,
  connections: ConnectionsOutside,
): PeopleOutside {
  const { config, db, clock, ids } = ground;
  const ending = { database: db.database, dispatch: db.dispatch, clock, ids, connections };
  return {
    keyring: peopleKeyring(ground, built),
    mail: { send },
    regions: config.regions,
    storeRegion: config.storeRegion,
    onMemberRemoved: async (tx, { organization, account }) => {
      if (account !== null) await endOwned(ending, tx, { organization, account, by: "system" });
    },
    afterMemberRemoved: (organization) => built.endings.finishAll(organization),
    onProjectDeleted: (scope) => endOfProject(ending, scope, "system"),
    onProjectShredded: async (scope) => void (await built.databases.drop(scope)),
    removeBlobs: async ({ project }, addresses) =>
      void (await Promise.all(addresses.map((address) => built.blobs.remove(project, address)))),
  };
}

/** What sealing anew works with. */
export function resealTools({ db, clock, keys, keysOf, log }: Ground, { blobs }: Built): ResealTools {
  const { database, dispatch } = db;
  const partsOf = createResealParts(blobs, dispatch);
  return { database, dispatch, clock, files: keys.sources.files, keysOf, partsOf, log };
}

function peopleKeyring(ground: Ground, built: Built): PeopleKeyring {
  const { keyring } = ground;
  const { keyTools } = built;
  const tools = resealTools(ground, built);
  const reseal = createReseal(tools);
  return {
    createOrganization: (organization) => keyring.createOrganization(organization),
    createProject: (organization, project) => keyring.createProject(organization, project),
    project: (organization, project) => keyring.project(organization, project),
    rotateOrganization: (organization) => rotateOrganization(keyTools, organization),
    async rotateProject(scope) {
      await rotateProject(keyTools, { ...scope, classes: ["content", "credential"] });
      await reseal.begin(scope);
    },
    shredProject: (scope) => shredProject(keyTools, scope),
    shredOrganization: (organization) => shredOrganization(keyTools, organization),
    organizationEpochs: (organization) => readOrganizationEpochs(keyTools.files, organization),
    keyUse: async (scope) => ({
      epochs: await readEpochs(keyTools.files, scope),
      parts: await resealProgress(tools, scope),
    }),
    async requireUnused(of) {
      if (of.project === null) await requireOrganizationUnused(keyTools, of);
      else await requireUnused(tools, { scope: of, class: of.class, epoch: of.epoch });
    },
    async retire(of) {
      if (of.project === null) await shredRetiredOrganizationEpoch(keyTools, of);
      else await retireEpoch(keyTools, tools, { scope: of, class: of.class, epoch: of.epoch });
    },
  };
}
