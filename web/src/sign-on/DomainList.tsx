import type { SignOnDomain } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { domainsQuery, signOnKeys } from "../api/sign-on-queries.ts";
import { say } from "../language.ts";
import { useOrganization } from "../people/use-organization.ts";
import { NothingHere, Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";
import { Asked } from "./Asked.tsx";

const { signOn: words } = say.people;
const COLOURS = { pending: "text-waiting", verified: "text-done", failing: "text-failed" } as const;

/** The mail domains whose people are led to the provider, and the records that prove them. */
export function DomainList() {
  const { organization, may } = useOrganization();
  const list = useQuery(domainsQuery(useClient(), organization.id));
  const [adding, setAdding] = useState(false);
  return (
    <Section
      id="domains"
      title={words.domains}
      what={words.domainsWhat}
      action={may("sign_on.write") && !adding && <Button onClick={() => setAdding(true)}>{words.add}</Button>}
    >
      {adding && <NewDomain close={() => setAdding(false)} />}
      <Asked query={list}>
        {({ items }) =>
          items.length === 0 ? (
            !adding && <NothingHere title={words.noDomains} what={words.noDomainsWhat} />
          ) : (
            <Table
              label={words.domains}
              columns={[
                { name: words.domain, className: "w-[32%]" },
                { name: words.record },
                { name: words.state, className: "w-44", wide: true },
                { name: say.people.actions, className: "w-48", right: true },
              ]}
            >
              {items.map((domain) => (
                <DomainRow key={domain.id} domain={domain} />
              ))}
            </Table>
          )
        }
      </Asked>
    </Section>
  );
}

function DomainRow({ domain: { id, domain, state, record } }: { domain: SignOnDomain }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const [asking, setAsking] = useState(false);
  const at = { organization: organization.id, domain: id };
  const changes = [signOnKeys.domains(organization.id)];
  const verify = useAct({
    act: () => client.verifySignOnDomain(at),
    changes,
    said: (_, found) => (found.state === "verified" ? words.verified(domain) : words.notYet(domain)),
  });
  const remove = useAct({ act: () => client.removeSignOnDomain(at), changes, said: () => words.letGoDone(domain) });
  return (
    <Row>
      <Cell className="font-medium">
        {visible(domain)}
        <span className={`block truncate pb-1 text-12 font-normal @3xl:hidden ${COLOURS[state]}`}>
          {words.states[state]}
        </span>
      </Cell>
      <Cell className="font-mono text-12">
        <span className="inline-flex max-w-full items-center">
          <span className="truncate" title={record}>
            {record}
          </span>
          <CopyButton text={record} label={words.copyRecord(domain)} />
        </span>
      </Cell>
      <Cell wide className={`text-13 ${COLOURS[state]}`}>
        {words.states[state]}
      </Cell>
      <Cell right>
        {may("sign_on.write") && (
          <span className="inline-flex gap-1">
            <Button
              look="quiet"
              className="h-7"
              aria-label={words.verifyOf(domain)}
              disabled={verify.isPending}
              onClick={() => verify.mutate()}
            >
              {words.verify}
            </Button>
            <Button look="quiet" className="h-7" aria-label={words.letGoOf(domain)} onClick={() => setAsking(true)}>
              {words.letGo}
            </Button>
          </span>
        )}
        <Confirm
          open={asking}
          close={() => setAsking(false)}
          title={words.letGoTitle(domain)}
          what={words.letGoWhat}
          verb={words.letGo}
          act={() => remove.mutate()}
        />
      </Cell>
    </Row>
  );
}

function NewDomain({ close }: { close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const add = useAct({
    act: (domain: string) => client.addSignOnDomain({ organization: organization.id, body: { domain } }),
    changes: [signOnKeys.domains(organization.id)],
    said: (domain) => words.domainAdded(domain),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { domain: "" },
    ({ domain }) => wrongs({ domain: needed(domain) }),
    async ({ domain }) => void (await add.mutateAsync(domain.trim().toLowerCase())),
  );
  return (
    <form className="motion-appear max-w-md space-y-4 px-4 pb-4 md:px-6" onSubmit={form.submit} noValidate>
      <Field label={words.domain} help={words.domainHelp} error={form.errors.domain}>
        {(control) => (
          <input
            {...control}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            maxLength={253}
            value={form.values.domain}
            onChange={form.type("domain")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.add}
        </Button>
        <Button look="quiet" onClick={close}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}
