import { useNavigate } from "@tanstack/react-router";
import type { DeletedProject } from "../api/session.ts";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { useAct } from "../ui/use-act.ts";

const { projects: words } = say.people;

/** Brings a deleted project back, and goes to its flows. */
export function BringProjectBack({ deleted: { organization, project } }: { deleted: DeletedProject }) {
  const client = useClient();
  const navigate = useNavigate();
  const restore = useAct({
    act: () => client.restoreProject({ organization: organization.id, project: project.id }),
    changes: [keys.session],
    said: () => words.restored(project.name),
    after: () => navigate({ ...paths.flows(), search: { project: project.id } }),
  });
  return (
    <Button aria-label={words.restoreOf(project.name)} disabled={restore.isPending} onClick={() => restore.mutate()}>
      {words.restore}
    </Button>
  );
}
