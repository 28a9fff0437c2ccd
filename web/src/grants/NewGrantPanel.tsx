import { RawBody } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { grantKeys } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { Editor } from "./Editor.tsx";
import { EMPTY_LINE, emptyDraft, type GrantDraft } from "./grant-draft.ts";

const { grants: words } = say;

/** Giving a grant. */
export function NewGrantPanel({
  to = "project",
  actions,
  about,
  close,
  given,
}: {
  to?: string | undefined;
  actions: readonly string[];
  about: string;
  close: () => void;
  given: (id: string) => void;
}) {
  return (
    <Panel title={words.new} label={words.new} close={close} wide>
      <GiveGrant
        start={{ ...emptyDraft("grant", about), who: to, lines: [{ ...EMPTY_LINE, actions }] }}
        given={given}
      />
    </Panel>
  );
}

/** The form of a new grant, begun with what is known of it. */
export function GiveGrant({ start, given }: { start: GrantDraft; given: (id: string) => void }) {
  const client = useClient();
  const { here } = useSession();
  const give = useAct({
    act: (form: unknown) => client.giveGrant({ body: new RawBody(JSON.stringify(form), "application/json") }),
    changes: [grantKeys.grants(here.project.id), grantKeys.budgets(here.project.id)],
    said: () => words.given,
    quiet: true,
    after: ({ id }) => given(id),
  });
  return (
    <Editor start={start} within="" verb={words.give} busy={give.isPending} error={give.error} send={give.mutate} />
  );
}
