import type { GrantVersion, LimitVersion } from "@steward/sdk";
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { grantVersionsQuery, limitVersionsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { classes } from "../ui/classes.ts";
import { Listed } from "../ui/Listed.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { Sentences } from "./Sentences.tsx";
import { useAccountNames } from "./use-choices.ts";

const { grants: words } = say;

/** What a grant said before, the newest first, each with what it changed. */
export function GrantVersions({ grant }: { grant: string }) {
  const { here } = useSession();
  return <Versions list={useInfiniteQuery(grantVersionsQuery(useClient(), here.project.id, grant))} />;
}

export function LimitVersions({ limit }: { limit: string }) {
  const { here } = useSession();
  return <Versions list={useInfiniteQuery(limitVersionsQuery(useClient(), here.project.id, limit))} />;
}

type Version = GrantVersion | LimitVersion;

function Versions({ list }: { list: UseInfiniteQueryResult<InfiniteData<{ readonly items: readonly Version[] }>> }) {
  const nameOf = useAccountNames();
  return (
    <section aria-label={words.versions}>
      <h3 className="text-13 font-medium">{words.versions}</h3>
      <Listed list={list} noun={words.versionNoun} empty={null}>
        {(versions) => (
          <ol>
            {versions.map((version) => (
              <li key={version.version} className="border-b border-line/70 py-2.5 text-13">
                <p className="text-text-2">
                  {words.version(version.version)}, {nameOf(version.by)}, <Time at={version.at} />
                </p>
                <Changes version={version} />
              </li>
            ))}
          </ol>
        )}
      </Listed>
    </section>
  );
}

const MARKS = { added: "+", removed: "−", wider: "↑", narrower: "↓", changed: "~" } as const;
const LOOK = {
  added: "text-done",
  removed: "text-failed",
  wider: "text-waiting",
  narrower: "text-done",
  changed: "text-text-2",
} as const;

function Changes({ version: { version, changes, sentences } }: { version: Version }) {
  if (changes.length === 0)
    return (
      <div className="mt-1">
        {version === 1 && <p className="text-12 text-text-3">{words.first}</p>}
        <Sentences sentences={sentences} />
      </div>
    );
  return (
    <ul className="mt-1 space-y-0.5">
      {changes.map(({ change, sentence }) => (
        <li key={`${change} ${sentence}`} className="flex gap-2">
          <span className={classes("w-24 shrink-0 font-medium", LOOK[change])}>
            <span aria-hidden className="mr-1 font-mono">
              {MARKS[change]}
            </span>
            {words.changes[change]}
          </span>
          <span className="min-w-0 break-words">{visible(sentence)}</span>
        </li>
      ))}
    </ul>
  );
}
