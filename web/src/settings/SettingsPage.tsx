import { useNavigate, useSearch } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
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
  const { may } = useSession();
  if (!may("credential.read") && !may("variable.read")) return <NotFound />;
  const close = () => void navigate(paths.settings());
  return (
    <Page
      title={say.settings.title}
      panel={
        (set === "credential" && may("credential.write") && (
          <CredentialPanel key={name} slug={name ?? null} close={close} />
        )) ||
        (set === "variable" && may("variable.write") && <VariablePanel key={name} name={name ?? null} close={close} />)
      }
    >
      <SettingsTabs />
      <div className="space-y-10 py-6">
        {may("credential.read") && <CredentialList />}
        {may("variable.read") && <VariableList />}
      </div>
    </Page>
  );
}
