import type { ScimToken } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { scimTokensQuery, signOnKeys } from "../api/sign-on-queries.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { keyState } from "../people/key-state.ts";
import { useOrganization } from "../people/use-organization.ts";
import { NothingHere, Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { ShownOnce } from "../ui/ShownOnce.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { Asked } from "./Asked.tsx";

const { signOn: words } = say.people;

/** Where a directory writes to, and the tokens it may do so with. */
export function ScimTokens({ scimUrl }: { scimUrl: string }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const list = useQuery(scimTokensQuery(client, organization.id));
  const now = useNow(5000);
  const [made, setMade] = useState<string | null>(null);
  const make = useAct({
    act: () => client.createScimToken({ organization: organization.id, body: {} }),
    changes: [signOnKeys.tokens(organization.id)],
    after: ({ token }) => setMade(token),
  });
  return (
    <Section
      id="scim"
      title={words.scim}
      what={words.scimWhat}
      action={
        may("sign_on.write") && (
          <Button disabled={make.isPending} onClick={() => make.mutate()}>
            {words.newToken}
          </Button>
        )
      }
    >
      <div className="space-y-3 px-4 pb-3 md:px-6">
        <p className="flex items-center gap-2 text-13">
          <span className="shrink-0 text-text-3">{words.scimUrl}</span>
          <code className="min-w-0 truncate font-mono text-12" title={scimUrl}>
            {visible(scimUrl)}
          </code>
          <CopyButton text={scimUrl} label={words.copyScim} />
        </p>
        {made !== null && <ShownOnce text={made} label={words.made} copy={words.copyToken} what={words.madeWhat} />}
      </div>
      <Asked query={list}>
        {({ items }) => <TokenTable tokens={items.filter((token) => keyState(token, now) !== "over")} />}
      </Asked>
    </Section>
  );
}

function TokenTable({ tokens }: { tokens: readonly ScimToken[] }) {
  if (tokens.length === 0) return <NothingHere title={words.noTokens} what={words.noTokensWhat} />;
  return (
    <Table
      label={words.tokens}
      columns={[
        { name: words.token },
        { name: words.used, className: "w-28", right: true },
        { name: words.expires, className: "w-28", right: true, wide: true },
        { name: say.people.actions, className: "w-28", right: true },
      ]}
    >
      {tokens.map((token) => (
        <TokenRow key={token.id} token={token} />
      ))}
    </Table>
  );
}

function TokenRow({ token: { id, prefix, lastUsedAt, expiresAt } }: { token: ScimToken }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const [asking, setAsking] = useState(false);
  const revoke = useAct({
    act: () => client.revokeScimToken({ organization: organization.id, token: id }),
    changes: [signOnKeys.tokens(organization.id)],
    said: () => words.revoked,
  });
  return (
    <Row>
      <Cell className="font-mono text-12">{prefix}…</Cell>
      <Cell right className="text-13 text-text-2">
        {lastUsedAt === null ? words.never : <Time at={lastUsedAt} />}
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        {expiresAt === null ? words.never : <Time at={expiresAt} />}
      </Cell>
      <Cell right>
        {may("sign_on.write") && (
          <Button look="quiet" className="h-7" aria-label={words.revokeOf(prefix)} onClick={() => setAsking(true)}>
            {words.revoke}
          </Button>
        )}
        <Confirm
          open={asking}
          close={() => setAsking(false)}
          title={words.revokeTitle}
          what={words.revokeWhat}
          verb={words.revoke}
          act={() => revoke.mutate()}
        />
      </Cell>
    </Row>
  );
}
