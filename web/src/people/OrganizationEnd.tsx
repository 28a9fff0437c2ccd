import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { TypedConfirm } from "../ui/TypedConfirm.tsx";
import { useAct } from "../ui/use-act.ts";
import { useOrganization } from "./use-organization.ts";

const { general: words } = say.people;

/** Leaving the organization, and deleting it. */
export function OrganizationEnd() {
  const { may } = useOrganization();
  return (
    <>
      {may("organization.read") && <Leave />}
      {may("organization.delete") && <Delete />}
    </>
  );
}

function Leave() {
  const client = useClient();
  const navigate = useNavigate();
  const {
    organization: { id, name },
  } = useOrganization();
  const [asking, setAsking] = useState(false);
  const leave = useAct({
    act: () => client.leaveOrganization({ organization: id }),
    changes: [keys.session],
    said: () => words.left(name),
    after: () => navigate({ ...paths.home(), search: { project: undefined } }),
  });
  return (
    <Section id="leave" title={words.leave} what={words.leaveWhat} action={null}>
      <div className="px-4 md:px-6">
        <Button look="danger" disabled={leave.isPending} onClick={() => setAsking(true)}>
          {words.leave}
        </Button>
        <Confirm
          open={asking}
          close={() => setAsking(false)}
          title={words.leaveTitle(name)}
          what={words.leaveWhat}
          verb={words.leave}
          act={() => leave.mutate()}
        />
      </div>
    </Section>
  );
}

function Delete() {
  const client = useClient();
  const navigate = useNavigate();
  const {
    organization: { id, name },
  } = useOrganization();
  const [asking, setAsking] = useState(false);
  const remove = useAct({
    act: () => client.deleteOrganization({ organization: id }),
    changes: [keys.session],
    said: () => words.deleted(name),
    after: () => navigate({ ...paths.home(), search: { project: undefined } }),
  });
  return (
    <Section id="delete-organization" title={words.delete} what={words.deleteWhat} action={null}>
      <div className="px-4 md:px-6">
        <Button look="danger" disabled={remove.isPending} onClick={() => setAsking(true)}>
          {words.deleteGo}
        </Button>
        <TypedConfirm
          open={asking}
          close={() => setAsking(false)}
          title={words.deleteTitle(name)}
          what={words.deleteWhat}
          word={name}
          verb={words.delete}
          act={() => remove.mutate()}
        />
      </div>
    </Section>
  );
}
