import type { RetiredKey } from "@steward/sdk";
import { parseId, showId } from "../core/id.ts";
import { findProject } from "../store/projects.ts";
import { act } from "./act.ts";
import { isoTime } from "./iso-time.ts";
import type { Actor, EpochOf, PeopleParts } from "./people-parts.ts";
import { invalidField, noProject } from "./refusals.ts";

/**
 * Destroys a key that was rotated away, for good: what backups of before hold under it opens no more. Throws `conflict`,
 * with what stands in the way, while anything is sealed or wrapped with it. The audit has `keyring.retiring` before it goes
 * and `keyring.retired` after; cut off in between, it may be repeated.
 */
export async function retireEncryptionKey(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  asked: RetiredKey,
): Promise<{ readonly retiredAt: string }> {
  const key = await keyOf(parts, organization, asked);
  const { keyring } = parts.people;
  await keyring.requireUnused(key);
  const route = { route: "retireEncryptionKey", needs: "keyring.rotate" } as const;
  const place = { organization, project: null };
  const target = key.project === null ? showId("org", organization) : showId("prj", key.project);
  const facts = { class: asked.class, epoch: asked.epoch };
  const tell = (action: string): Promise<string> =>
    act(parts, place, actor, route, ({ nowMs }) =>
      Promise.resolve({ result: isoTime(nowMs), acts: [{ action, target, project: key.project, facts }] }),
    );
  await tell("keyring.retiring");
  await keyring.retire(key);
  return { retiredAt: await tell("keyring.retired") };
}

async function keyOf(
  { database }: Pick<PeopleParts, "database">,
  organization: string,
  { project: shown, class: of, epoch }: RetiredKey,
): Promise<EpochOf> {
  if (of === "organization") {
    if (shown !== undefined) throw invalidField("project", "the organization's own key is of no project");
    return { organization, project: null, class: of, epoch };
  }
  if (shown === undefined) throw invalidField("project", "name the project whose key it is");
  const project = parseId("prj", shown);
  if (project === null || (await findProject(database, { organization, project })) === null) throw noProject();
  return { organization, project, class: of, epoch };
}
