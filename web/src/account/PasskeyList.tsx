import { browserSupportsWebAuthn, startRegistration } from "@simplewebauthn/browser";
import { ProblemError, type Passkey } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountKeys, passkeysQuery } from "../api/account-queries.ts";
import { useClient, useSignInClient } from "../api/client.ts";
import { entranceQuery } from "../api/queries.ts";
import { say } from "../language.ts";
import { NothingHere, Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";

const { passkeys: words } = say.account;

/** The passkeys that sign the person in. */
export function PasskeyList() {
  const list = useQuery(passkeysQuery(useSignInClient()));
  const [adding, setAdding] = useState(false);
  const offered = useQuery(entranceQuery(useClient())).data?.passkeys === true;
  const able = offered && browserSupportsWebAuthn();
  const passkeys = list.data ?? [];
  return (
    <Section
      id="passkeys"
      title={words.title}
      what={able ? words.what : `${words.what} ${words.unable}`}
      action={able && !adding && <Button onClick={() => setAdding(true)}>{words.add}</Button>}
    >
      {adding && <NewPasskey close={() => setAdding(false)} />}
      {list.isPending && <Skeleton rows={1} />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && passkeys.length === 0 && !adding && <NothingHere title={words.none} what={words.noneWhat} />}
      {passkeys.length > 0 && (
        <Table
          label={words.title}
          columns={[
            { name: words.name },
            { name: words.made, className: "w-32", right: true },
            { name: say.account.sessions.actions, className: "w-28", right: true },
          ]}
        >
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const auth = useSignInClient();
  const [asking, setAsking] = useState(false);
  const name = passkey.name === "" ? words.unnamed : passkey.name;
  const remove = useAct({
    act: () => auth.deletePasskey(passkey.id),
    changes: [accountKeys.passkeys],
    said: () => words.deleted(name),
  });
  return (
    <Row>
      <Cell>{visible(name)}</Cell>
      <Cell right className="text-13 text-text-2">
        {passkey.createdAt === null ? "–" : <Time at={passkey.createdAt} />}
      </Cell>
      <Cell right>
        <Button look="quiet" className="h-7" aria-label={words.deleteOf(name)} onClick={() => setAsking(true)}>
          {words.delete}
        </Button>
        <Confirm
          open={asking}
          close={() => setAsking(false)}
          title={words.deleteTitle(name)}
          what={words.deleteWhat}
          verb={words.delete}
          act={() => remove.mutate()}
        />
      </Cell>
    </Row>
  );
}

function NewPasskey({ close }: { close: () => void }) {
  const auth = useSignInClient();
  const add = useAct({
    act: async (name: string) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own question, read as it is
      const optionsJSON = (await auth.passkeyRegistration()) as Parameters<typeof startRegistration>[0]["optionsJSON"];
      const response = await startRegistration({ optionsJSON }).catch((error: unknown) => {
        throw new Error(words.refused, { cause: error });
      });
      await auth.verifyPasskeyRegistration(response, name);
    },
    changes: [accountKeys.passkeys],
    said: (name) => words.added(name),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { name: "" },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name }) => await add.mutateAsync(name.trim()),
  );
  return (
    <form className="motion-appear max-w-md space-y-4 px-4 pb-4 md:px-6" onSubmit={form.submit} noValidate>
      <Field label={words.name} help={words.nameHelp} error={form.errors.name ?? refusal(form.error)}>
        {(control) => (
          <input
            {...control}
            autoFocus
            maxLength={100}
            autoComplete="off"
            value={form.values.name}
            onChange={form.type("name")}
            className="field"
          />
        )}
      </Field>
      {form.error instanceof ProblemError && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.go}
        </Button>
        <Button look="quiet" onClick={close}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}

/** What the device said; the server's refusals stand below. */
function refusal(error: Error | null): string | undefined {
  return error === null || error instanceof ProblemError ? undefined : error.message;
}
