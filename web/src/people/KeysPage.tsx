import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { apiKeysQuery } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { SettingsTabs } from "../settings/SettingsTabs.tsx";
import { NotFound } from "../shell/NotFound.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Page } from "../ui/Page.tsx";
import { keyState } from "./key-state.ts";
import { KeyTable } from "./KeyTable.tsx";
import { NewKeyPanel } from "./NewKeyPanel.tsx";
import { RotateKeyPanel } from "./RotateKeyPanel.tsx";

const { keys: words } = say.people;

/** The API keys of the project. */
export function KeysPage() {
  return useSession().may("key.read") ? <Keys /> : <NotFound />;
}

function Keys() {
  const { make, member, rotate } = useSearch({ from: "/settings/keys" });
  const { here, may } = useSession();
  const navigate = useNavigate();
  const list = useInfiniteQuery(apiKeysQuery(useClient(), here.project.id));
  const now = useNow(5000);
  const [ended, setEnded] = useState(false);
  const close = () => void navigate(paths.apiKeys());
  const all = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const rotated = all.find(({ id }) => id === rotate);
  const makeLink = may("key.write") && (
    <Link {...paths.apiKeys({ make: true })} className={buttonClasses("primary")}>
      {words.make}
    </Link>
  );
  return (
    <Page
      title={say.settings.title}
      actions={makeLink}
      panel={
        may("key.write") &&
        ((make === true && <NewKeyPanel key={member} member={member ?? null} close={close} />) ||
          (rotated && <RotateKeyPanel key={rotated.id} apiKey={rotated} close={close} />))
      }
    >
      <SettingsTabs />
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-4 md:px-6">
        <p className="max-w-[72ch] text-13 text-text-2">{words.what}</p>
        {all.some((key) => keyState(key, now) === "over") && (
          <Button look="quiet" onClick={() => setEnded(!ended)}>
            {ended ? words.hideEnded : words.showEnded}
          </Button>
        )}
      </div>
      <Listed
        list={list}
        noun={words.noun}
        keep={(key) => ended || keyState(key, now) !== "over"}
        empty={
          <EmptyState title={words.none} what={words.noneWhat}>
            {makeLink}
          </EmptyState>
        }
      >
        {(apiKeys) => <KeyTable apiKeys={apiKeys} />}
      </Listed>
    </Page>
  );
}
