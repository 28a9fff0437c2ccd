import type { ApiKey } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { keyState } from "./key-state.ts";
import { type KeyHolders, useKeyHolders } from "./use-key-holders.ts";

const { keys: words } = say.people;

/** Keys as they are ever shown: what they begin with, whom they act as, how far, until when. */
export function KeyTable({ apiKeys }: { apiKeys: readonly ApiKey[] }) {
  const holders = useKeyHolders();
  return (
    <Table
      label={words.title}
      columns={[
        { name: words.name },
        { name: words.holder, className: "w-32", wide: true },
        { name: words.reach, className: "w-36", wide: true },
        { name: words.permissions, className: "w-40", wide: true },
        { name: words.used, className: "w-28", right: true, wide: true },
        { name: words.expires, className: "w-32", right: true, wide: true },
        { name: say.people.actions, className: "w-44 @3xl:w-48", right: true },
      ]}
    >
      {apiKeys.map((key) => (
        <KeyRow key={key.id} apiKey={key} holders={holders} />
      ))}
    </Table>
  );
}

function KeyRow({ apiKey, holders }: { apiKey: ApiKey; holders: KeyHolders }) {
  const { name, prefix, member, reach, permissions, lastUsedAt } = apiKey;
  const over = keyState(apiKey, useNow(5000)) !== "live";
  return (
    <Row>
      <Cell>
        <span className="font-medium">{visible(name)}</span>
        <span className="ml-2 font-mono text-12 text-text-3">{prefix}…</span>
        {/* In place of its column, where there is no room for that. */}
        {over && (
          <span className="hidden text-12 @max-3xl:block">
            <KeyEnd apiKey={apiKey} />
          </span>
        )}
      </Cell>
      <Cell wide className="text-13">
        {holders.nameOf(member)}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {words.reaches[reach]}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        <span title={permissions?.join("\n")}>
          {permissions === null ? words.allPermissions : words.somePermissions(permissions.length)}
        </span>
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        {lastUsedAt === null ? words.never : <Time at={lastUsedAt} />}
      </Cell>
      <Cell right wide className="text-13 text-text-2">
        <KeyEnd apiKey={apiKey} />
      </Cell>
      <Cell right>
        <KeyActs apiKey={apiKey} holders={holders} />
      </Cell>
    </Row>
  );
}

function KeyEnd({ apiKey }: { apiKey: ApiKey }) {
  const state = keyState(apiKey, useNow(5000));
  const { revokedAt, expiresAt } = apiKey;
  const at = revokedAt ?? expiresAt;
  if (at === null) return words.never;
  if (state === "live") return <Time at={at} />;
  const over = revokedAt === null ? words.expired : words.ended;
  return (
    <span
      title={state === "ending" ? words.replaced : undefined}
      className={state === "ending" ? "text-waiting" : "text-text-3"}
    >
      {state === "ending" ? words.ends : over} <Time at={at} />
    </span>
  );
}

function KeyActs({ apiKey: { id, name, prefix, member, ...rest }, holders }: { apiKey: ApiKey; holders: KeyHolders }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const state = keyState(rest, useNow(5000));
  const revoke = useAct({
    act: () => client.revokeKey({ key: id }),
    changes: [peopleKeys.apiKeys(here.project.id)],
    said: () => words.revoked(name),
  });
  if (state === "over") return null;
  return (
    <span className="inline-flex gap-1">
      {state === "live" && holders.mayRenew(member) && (
        <Link
          {...paths.apiKeys({ rotate: id })}
          aria-label={words.rotateOf(name)}
          className={buttonClasses("quiet", "h-7")}
        >
          {words.rotate}
        </Link>
      )}
      {holders.mayRevoke(member) && (
        <Button look="quiet" className="h-7" aria-label={words.revokeOf(name)} onClick={() => setAsking(true)}>
          {words.revoke}
        </Button>
      )}
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.revokeTitle(name, prefix)}
        what={words.revokeWhat}
        verb={words.revoke}
        act={() => revoke.mutate()}
      />
    </span>
  );
}
