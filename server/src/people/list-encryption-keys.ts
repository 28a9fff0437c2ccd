import type { EncryptionKeys } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { organizationScope } from "../store/organizations.ts";
import { projectsOfMember } from "../store/projects.ts";
import { queryInScope } from "../store/scope.ts";
import type { EpochFacts } from "../keyring/read-epochs.ts";
import { hasKeys } from "./has-keys.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

type Epoch = EncryptionKeys["epochs"][number];

/** The organization's own key first, then its projects', oldest first; those of a shredded project are none. */
export async function listEncryptionKeys(
  parts: Pick<PeopleParts, "database" | "people">,
  actor: Actor,
  organization: string,
  query: PageQuery,
): Promise<Page<EncryptionKeys>> {
  const { keyring } = parts.people;
  const after = cursorOf("prj", query);
  const limit = query.limit + 1;
  const page = projectsOfMember(organization, actor.member, { after, limit });
  const projects = await queryInScope(parts.database, organizationScope(organization), page);
  const items: EncryptionKeys[] = [];
  if (after === null) {
    const epochs = shownEpochs("organization", await keyring.organizationEpochs(organization));
    items.push({ project: null, slug: null, epochs, parts: [] });
  }
  for (const { id, slug, shreddedAt } of projects.slice(0, limit - items.length)) {
    const shown = { project: showId("prj", id), slug };
    const held = shreddedAt === null && (await hasKeys(parts, organization, id));
    const use = held ? await keyring.keyUse({ organization, project: id }) : null;
    if (use === null) items.push({ ...shown, epochs: [], parts: [] });
    else {
      const { content, credential } = use.epochs;
      const epochs = [...shownEpochs("content", content), ...shownEpochs("credential", credential)];
      items.push({ ...shown, epochs, parts: [...use.parts] });
    }
  }
  return pageOf(
    items,
    query.limit,
    (item) => item,
    // A page of one that holds the organization alone is followed by the first project's.
    (item) => item.project ?? showId("prj", "00000000-0000-0000-0000-000000000000"),
  );
}

function shownEpochs(of: Epoch["class"], epochs: readonly EpochFacts[]): Epoch[] {
  return epochs.flatMap(({ epoch, state, createdAt }) =>
    state === "shredded" ? [] : [{ class: of, epoch, state, createdAt }],
  );
}
