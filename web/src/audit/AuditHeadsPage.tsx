import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { auditHeadsQuery, auditSigningKeysQuery } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Section } from "../settings/Section.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { AuditFrame } from "./AuditFrame.tsx";

const { heads: words } = say.people.audit;

/** The signed heads, and the public keys that verify them. */
export function AuditHeadsPage() {
  const { may } = useOrganization();
  return <AuditFrame>{may("audit.read") && <Heads />}</AuditFrame>;
}

function Heads() {
  const { organization } = useOrganization();
  const list = useInfiniteQuery(auditHeadsQuery(useClient(), organization.id));
  return (
    <>
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
        {(heads) => (
          <Table
            label={say.people.audit.tabs.heads}
            columns={[
              { name: words.seq, className: "w-20" },
              { name: words.digest },
              { name: words.chains, className: "w-28", wide: true },
              { name: words.key, className: "w-40", wide: true },
              { name: words.signed, className: "w-28", right: true },
            ]}
          >
            {heads.map(({ seq, digest, chains, keyId, signedAt }) => (
              <Row key={seq}>
                <Cell>{seq}</Cell>
                <Cell className="font-mono text-12">
                  <span className="inline-flex max-w-full items-center">
                    <span className="truncate" title={digest}>
                      {digest}
                    </span>
                    <CopyButton text={digest} label={words.copyDigest(seq)} />
                  </span>
                </Cell>
                <Cell wide className="text-13 text-text-2">
                  {words.grew(chains)}
                </Cell>
                <Cell wide className="font-mono text-12 text-text-2">
                  {keyId}
                </Cell>
                <Cell right className="text-13 text-text-2">
                  <Time at={signedAt} />
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Listed>
      <PublicKeys />
    </>
  );
}

function PublicKeys() {
  const { organization } = useOrganization();
  const keys = useQuery(auditSigningKeysQuery(useClient(), organization.id)).data?.items ?? [];
  if (keys.length === 0) return null;
  return (
    <div className="py-6">
      <Section id="public-keys" title={words.keys} what={words.keysWhat} action={null}>
        <ul className="px-4 md:px-6">
          {keys.map(({ keyId, publicKey, createdAt, state }) => (
            <li key={keyId} className="flex flex-wrap items-center gap-x-3 border-b border-line/70 py-1.5 text-13">
              <code className="min-w-0 flex-1 basis-72 font-mono text-12 break-all">{publicKey}</code>
              <CopyButton text={publicKey} label={words.copyKey} />
              <span className={state === "active" ? "text-done" : "text-text-3"}>
                {words[state]} {words.since} <Time at={createdAt} />
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
