import type { SupportConsent } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { consentsQuery, peopleKeys } from "../api/people-queries.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { NotYoursHere } from "./NotYoursHere.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { SupportPanel } from "./SupportPanel.tsx";
import { useOrganization } from "./use-organization.ts";

const { people } = say;
const { support: words } = people;

/** When the operator's staff may look inside, and may have. */
export function SupportPage() {
  const { may } = useOrganization();
  return may("organization.read") ? <SupportParts /> : <NotYoursHere needs="organization.read" />;
}

function SupportParts() {
  const { panel } = useSearch({ from: "/organization/support" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const list = useInfiniteQuery(consentsQuery(useClient(), organization.id));
  const grant = may("support.write") && (
    <Link {...paths.supportAccess({ ...of, panel: "grant" })} className={buttonClasses("plain")}>
      {words.grant}
    </Link>
  );
  return (
    <OrganizationFrame
      actions={grant}
      panel={
        panel === "grant" &&
        may("support.write") && <SupportPanel close={() => void navigate(paths.supportAccess(of))} />
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
        {(consents) => (
          <Table
            label={words.title}
            columns={[
              { name: words.reason },
              { name: words.state, className: "w-36" },
              { name: words.since, className: "w-28", right: true, wide: true },
              { name: words.until, className: "w-28", right: true },
              { name: people.actions, className: "w-20", right: true },
            ]}
          >
            {consents.map((consent) => (
              <ConsentRow key={consent.id} consent={consent} />
            ))}
          </Table>
        )}
      </Listed>
    </OrganizationFrame>
  );
}

function ConsentRow({ consent: { id, reason, grantedAt, expiresAt, revokedAt } }: { consent: SupportConsent }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const now = useNow(5000);
  const state = revokedAt === null ? (Date.parse(expiresAt) > now ? "open" : "over") : "revoked";
  const end = useAct({
    act: () => client.revokeSupportConsent({ organization: organization.id, consent: id }),
    changes: [peopleKeys.consents(organization.id)],
    said: () => words.ended,
  });
  return (
    <Row>
      <Cell>{visible(reason)}</Cell>
      <Cell className={state === "open" ? "text-13 font-medium text-waiting" : "text-13 text-text-2"}>
        {words.states[state]}
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        <Time at={grantedAt} />
      </Cell>
      <Cell right className="text-13 text-text-2">
        <Time at={revokedAt ?? expiresAt} />
      </Cell>
      <Cell right>
        {state === "open" && may("support.write") && (
          <Button
            look="quiet"
            className="h-7"
            aria-label={words.endOf(reason)}
            disabled={end.isPending}
            onClick={() => end.mutate()}
          >
            {words.end}
          </Button>
        )}
      </Cell>
    </Row>
  );
}
