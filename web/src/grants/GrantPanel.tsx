import { type Grant, type GrantForm, RawBody, type RevokedGrant } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { grantKeys, grantQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths, type SimulatorSearch } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { Editor } from "./Editor.tsx";
import { draftOf } from "./grant-draft.ts";
import { stateOf } from "./grant-state.ts";
import { GiveGrant } from "./NewGrantPanel.tsx";
import { Sentences } from "./Sentences.tsx";
import { StoppedFacts } from "./StoppedFacts.tsx";
import { useAccountNames } from "./use-choices.ts";
import { GrantVersions } from "./Versions.tsx";

const { grants: words } = say;

/** One grant: what it says, who gave it, its versions; to change, to try, to revoke, and once it is over to give again. */
export function GrantPanel({
  id,
  close,
  given,
}: {
  id: string;
  close: () => void;
  /** Leads to the one that was given in the place of this, which is over. */
  given: (id: string) => void;
}) {
  const { here } = useSession();
  const found = useQuery(grantQuery(useClient(), here.project.id, id));
  const [editing, setEditing] = useState<"change" | "again" | null>(null);
  const grant = found.data;
  return (
    <Panel title={words.panel} label={words.panel} close={close} wide>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {grant && editing === "again" && <GiveAgain grant={grant} given={given} done={() => setEditing(null)} />}
      {grant && editing === "change" && <ChangeGrant grant={grant} done={() => setEditing(null)} />}
      {grant && editing === null && <GrantFacts grant={grant} edit={setEditing} />}
    </Panel>
  );
}

function GrantFacts({ grant, edit }: { grant: Grant; edit: (how: "change" | "again") => void }) {
  const { may } = useSession();
  const nameOf = useAccountNames();
  const [revoked, setRevoked] = useState<RevokedGrant["stopped"] | null>(null);
  const { form, givenBy, version, updatedAt } = grant;
  const state = stateOf(grant);
  const writes = may("grant.write") || may("connection.write");
  const able = state !== "over" && writes;
  return (
    <div className="space-y-6 p-4">
      <Sentences sentences={grant.sentences} />
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        <dt className="text-text-2">{words.state}</dt>
        <dd>{words.states[state]}</dd>
        <dt className="text-text-2">{words.givenBy}</dt>
        <dd>{givenBy === null ? words.nobody : nameOf(givenBy)}</dd>
        <dt className="text-text-2">{words.changed}</dt>
        <dd>
          <Time at={updatedAt} />, {words.version(version).toLowerCase()}
        </dd>
        {form.note !== "" && (
          <>
            <dt className="text-text-2">{words.note}</dt>
            <dd className="break-words">{visible(form.note)}</dd>
          </>
        )}
        <dt className="text-text-2">{words.id}</dt>
        <dd>
          <CopyId id={grant.id} />
        </dd>
      </dl>
      <div className="flex flex-wrap gap-2">
        {writes && <Button onClick={() => edit(able ? "change" : "again")}>{able ? words.change : words.again}</Button>}
        <Link {...paths.simulator(trialOf(form))} className={buttonClasses("plain")}>
          {words.try}
        </Link>
        {able && <Revoke grant={grant} told={setRevoked} />}
      </div>
      {revoked && <StoppedFacts stopped={revoked} />}
      <GrantVersions grant={grant.id} />
    </div>
  );
}

/** What the simulator begins with: the first action that the grant names by itself. */
function trialOf({ connection, credential, to, lines }: GrantForm): SimulatorSearch {
  const action = lines.flatMap(({ actions }) => actions).find((one) => /^[a-z]\w*\.\w+$/.test(one));
  return { connection, credential, principal: to, action };
}

function Revoke({ grant, told }: { grant: Grant; told: (stopped: RevokedGrant["stopped"]) => void }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const revoke = useAct({
    act: () => client.revokeGrant({ grant: grant.id }),
    changes: [grantKeys.grants(here.project.id), grantKeys.budgets(here.project.id)],
    said: () => words.revoked,
    after: ({ stopped }) => told(stopped),
  });
  return (
    <>
      <Button look="danger" disabled={revoke.isPending} onClick={() => setAsking(true)}>
        {words.revoke}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.revokeTitle}
        what={words.revokeWhat(grant.sentences.join(" "))}
        verb={words.revoke}
        act={() => revoke.mutate()}
      />
    </>
  );
}

/** The same once more: without the times of before, which are over. */
function GiveAgain({ grant: { form }, given, done }: { grant: Grant; given: (id: string) => void; done: () => void }) {
  return (
    <>
      <div className="px-4 pt-4">
        <Button onClick={done}>{say.cancel}</Button>
      </div>
      <GiveGrant start={{ ...draftOf("grant", form), from: "", until: "" }} given={given} />
    </>
  );
}

function ChangeGrant({ grant, done }: { grant: Grant; done: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const save = useAct({
    act: (form: unknown) =>
      client.changeGrant({
        grant: grant.id,
        body: new RawBody(JSON.stringify({ version: grant.version, form }), "application/json"),
      }),
    changes: [grantKeys.grants(here.project.id), grantKeys.budgets(here.project.id)],
    said: () => words.saved,
    quiet: true,
    after: done,
  });
  return (
    <>
      <div className="px-4 pt-4">
        <Button onClick={done}>{say.cancel}</Button>
      </div>
      <Editor
        start={draftOf("grant", grant.form)}
        within="form"
        verb={words.save}
        busy={save.isPending}
        error={save.error}
        send={save.mutate}
      />
    </>
  );
}
