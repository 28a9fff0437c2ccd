import { Link } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { TAB, TabBar } from "../ui/TabBar.tsx";

/** The parts of the project's settings that the person may see. */
export function SettingsTabs() {
  const { may } = useSession();
  const { tabs } = say.settings;
  const to = { exact: true, includeSearch: false };
  return (
    <TabBar label={tabs.label}>
      {(may("credential.read") || may("variable.read")) && (
        <Link {...paths.settings()} activeOptions={to} className={TAB}>
          {tabs.values}
        </Link>
      )}
      {may("key.read") && (
        <Link {...paths.apiKeys()} activeOptions={to} className={TAB}>
          {tabs.keys}
        </Link>
      )}
    </TabBar>
  );
}
