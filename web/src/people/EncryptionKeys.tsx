import type { EncryptionKeys, RetiredKey } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { encryptionKeysQuery, peopleKeys } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { leftUnder } from "./key-progress.ts";
import { useOrganization } from "./use-organization.ts";

const { encryption: words } = say.people;

/** The keys that seal what the organization and its projects hold: rotating them, how far that is, destroying old ones. */
export function EncryptionKeysSection() {
  const client = useClient();
  const { organization } = useOrganization();
  const list = useInfiniteQuery(encryptionKeysQuery(client, organization.id));
  const rotate = useAct({
    act: () => client.rotateOrganizationKeys({ organization: organization.id }),
    changes: [peopleKeys.encryptionKeys(organization.id)],
    said: (_, { projects }) => words.rotated(projects),
  });
  return (
    <Section
      id="encryption"
      title={words.title}
      what={words.what}
      action={
        <Button disabled={rotate.isPending} onClick={() => rotate.mutate()}>
          {words.rotate}
        </Button>
      }
    >
      <Listed list={list} noun={words.noun} empty={null}>
        {(owners) => (
          <Table
            label={words.title}
            columns={[
              { name: words.of },
              { name: words.key, className: "w-32", wide: true },
              { name: words.epoch, className: "w-16", right: true, wide: true },
              { name: words.state, className: "w-36 @3xl:w-44" },
              { name: words.made, className: "w-28", right: true, wide: true },
              { name: say.people.actions, className: "w-28 @3xl:w-32", right: true },
            ]}
          >
            {owners.flatMap((of) =>
              of.epochs.map((epoch) => (
                <EpochRow key={`${of.project} ${epoch.class} ${epoch.epoch}`} of={of} epoch={epoch} />
              )),
            )}
          </Table>
        )}
      </Listed>
    </Section>
  );
}

function EpochRow({ of, epoch }: { of: EncryptionKeys; epoch: EncryptionKeys["epochs"][number] }) {
  const owner = of.slug ?? words.organization;
  const retired = epoch.state === "retired";
  return (
    <Row>
      <Cell>
        <span className="font-medium">{owner}</span>
        {/* In place of its column, where there is no room for that. */}
        <span className="hidden text-12 text-text-2 @max-3xl:block">
          {words.classes[epoch.class]}, {epoch.epoch}
        </span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {words.classes[epoch.class]}
      </Cell>
      <Cell right wide className="text-13">
        {epoch.epoch}
      </Cell>
      <Cell className={retired ? "text-13 text-text-2" : "text-13"}>
        {words.states[epoch.state]}
        {retired && <span className="block text-12 text-text-3">{words.left(leftUnder(of, epoch.class))}</span>}
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        <Time at={epoch.createdAt} />
      </Cell>
      <Cell right>
        {retired && (
          <Retire
            owner={owner}
            of={{ ...(of.project === null ? {} : { project: of.project }), class: epoch.class, epoch: epoch.epoch }}
          />
        )}
      </Cell>
    </Row>
  );
}

function Retire({ owner, of }: { owner: string; of: RetiredKey }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [asking, setAsking] = useState(false);
  const retire = useAct({
    act: () => client.retireEncryptionKey({ organization: organization.id, body: of }),
    changes: [peopleKeys.encryptionKeys(organization.id)],
    said: () => words.retired(owner, of.epoch),
  });
  return (
    <>
      <Button
        look="quiet"
        className="h-7"
        aria-label={words.retireOf(owner, words.classes[of.class], of.epoch)}
        disabled={retire.isPending}
        onClick={() => setAsking(true)}
      >
        {words.retire}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.retireTitle(owner, words.classes[of.class], of.epoch)}
        what={words.retireWhat}
        verb={words.retire}
        act={() => retire.mutate()}
      />
    </>
  );
}
