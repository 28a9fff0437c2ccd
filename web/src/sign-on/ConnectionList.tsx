import type { SignOnConnection } from "@steward/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useOrganization } from "../people/use-organization.ts";
import { NothingHere, Section } from "../settings/Section.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { Asked } from "./Asked.tsx";

const { signOn: words } = say.people;

/** The providers that sign people on. */
export function ConnectionList({ list }: { list: UseQueryResult<{ items: SignOnConnection[] }> }) {
  const { organization, may } = useOrganization();
  const add = (kind: "oidc" | "saml", label: string) => (
    <Link {...paths.signOn({ organization: organization.id, open: kind })} className={buttonClasses("plain")}>
      {label}
    </Link>
  );
  return (
    <Section
      id="providers"
      title={words.providers}
      what={words.providersWhat}
      action={
        may("sign_on.write") && (
          <span className="flex gap-2">
            {add("oidc", words.addOidc)}
            {add("saml", words.addSaml)}
          </span>
        )
      }
    >
      <Asked query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <NothingHere title={words.noProviders} what={words.noProvidersWhat} />
          ) : (
            <ConnectionTable connections={items} />
          )
        }
      </Asked>
    </Section>
  );
}

function ConnectionTable({ connections }: { connections: readonly SignOnConnection[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { organization } = useOrganization();
  return (
    <div ref={rows}>
      <Table
        label={words.providers}
        columns={[
          { name: words.name },
          { name: words.kind, className: "w-24" },
          { name: words.issuer, wide: true },
          { name: words.state, className: "w-28" },
          { name: words.used, className: "w-28", right: true, wide: true },
        ]}
      >
        {connections.map(({ id, name, kind, issuer, enabled, lastUsedAt }) => (
          <Row key={id}>
            <Cell>
              <Link {...paths.signOn({ organization: organization.id, open: id })} data-row className={ROW_LINK}>
                {visible(name)}
              </Link>
            </Cell>
            <Cell className="text-13">{words.kinds[kind]}</Cell>
            <Cell wide className="text-13 text-text-2">
              <span title={visible(issuer)}>{visible(issuer)}</span>
            </Cell>
            <Cell className={enabled ? "text-13 text-done" : "text-13 text-text-3"}>
              {enabled ? words.enabled : words.disabled}
            </Cell>
            <Cell right wide className="text-13 text-text-2">
              {lastUsedAt === null ? words.never : <Time at={lastUsedAt} />}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
