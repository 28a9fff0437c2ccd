import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { TypedConfirm } from "../ui/TypedConfirm.tsx";
import { useAct } from "../ui/use-act.ts";

const { delete: words } = say.account;

/** The end of the account: typed, since it touches everything the person has; 30 days to come back. */
export function DeleteAccount() {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { account } = useSignedIn();
  const [asking, setAsking] = useState(false);
  const remove = useAct({
    act: () => client.deleteAccount({}),
    changes: [],
    said: () => words.done,
    after: async () => {
      await navigate({ ...paths.signIn(), replace: true });
      queries.clear();
    },
  });
  return (
    <Section id="delete-account" title={words.title} what={words.what} action={null}>
      <div className="px-4 md:px-6">
        <Button look="danger" disabled={remove.isPending} onClick={() => setAsking(true)}>
          {words.go}
        </Button>
        <TypedConfirm
          open={asking}
          close={() => setAsking(false)}
          title={words.confirmTitle}
          what={words.confirmWhat}
          word={account.email}
          verb={words.verb}
          act={() => remove.mutate()}
        />
      </div>
    </Section>
  );
}
