import type { Project } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { TypedConfirm } from "../ui/TypedConfirm.tsx";
import { useAct } from "../ui/use-act.ts";
import { dateWords } from "../words.ts";
import { useOrganization } from "./use-organization.ts";

const { projects: words } = say.people;

/** Deleting a project, bringing it back, and destroying its keys for good. */
export function ProjectEnd({ project, close }: { project: Project; close: () => void }) {
  const [asking, setAsking] = useState<"delete" | "shred" | null>(null);
  const { remove, restore, shred } = useEnd(project, close);
  const { recoverableUntil: until } = project;
  const live = project.deletedAt === null;
  return (
    <section aria-labelledby="project-end" className="space-y-2">
      <h3 id="project-end" className="font-semibold">
        {words.end}
      </h3>
      {!live && (
        <p className="text-12 text-text-2">
          {until === null ? words.deletedForGood : words.deletedUntil(dateWords(Date.parse(until)))}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {live ? (
          <Button look="danger" disabled={remove.isPending} onClick={() => setAsking("delete")}>
            {words.delete}
          </Button>
        ) : until === null ? null : (
          <>
            <Button disabled={restore.isPending} onClick={() => restore.mutate()}>
              {words.restore}
            </Button>
            <Button look="danger" disabled={shred.isPending} onClick={() => setAsking("shred")}>
              {words.shred}
            </Button>
          </>
        )}
      </div>
      <Confirm
        open={asking === "delete"}
        close={() => setAsking(null)}
        title={words.deleteTitle(project.name)}
        what={words.deleteWhat}
        verb={words.deleteVerb}
        act={() => remove.mutate()}
      />
      <TypedConfirm
        open={asking === "shred"}
        close={() => setAsking(null)}
        title={words.shredTitle(project.name)}
        what={words.shredWhat}
        word={project.slug}
        verb={words.shredVerb}
        act={() => shred.mutate()}
      />
    </section>
  );
}

function useEnd(project: Project, close: () => void) {
  const client = useClient();
  const { organization } = useOrganization();
  const at = { organization: organization.id, project: project.id };
  const changes = [peopleKeys.projects(organization.id), keys.session];
  return {
    remove: useAct({
      act: () => client.deleteProject(at),
      changes,
      said: () => words.deleted(project.name),
      undo: () => client.restoreProject(at),
      after: close,
    }),
    restore: useAct({
      act: () => client.restoreProject(at),
      changes,
      said: () => words.restored(project.name),
    }),
    shred: useAct({
      act: () => client.shredProject({ ...at, body: { slug: project.slug } }),
      changes,
      said: (_, { gone }) => words.shredded(gone.length),
      after: close,
    }),
  };
}
