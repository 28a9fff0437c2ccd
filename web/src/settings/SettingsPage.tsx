import { useNavigate, useSearch } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Page } from "../ui/Page.tsx";
import { CredentialList } from "./CredentialList.tsx";
import { CredentialPanel } from "./CredentialPanel.tsx";
import { SettingsTabs } from "./SettingsTabs.tsx";
import { VariableList } from "./VariableList.tsx";
import { VariablePanel } from "./VariablePanel.tsx";

/** The project's credentials and variables. */
export function SettingsPage() {
  const { set, name } = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  const close = () => void navigate(paths.settings());
  return (
    <Page
      title={say.settings.title}
      panel={
        (set === "credential" && <CredentialPanel key={name} slug={name ?? null} close={close} />) ||
        (set === "variable" && <VariablePanel key={name} name={name ?? null} close={close} />)
      }
    >
      <SettingsTabs />
      <div className="space-y-10 py-6">
        <CredentialList />
        <VariableList />
      </div>
    </Page>
  );
}
