import { say } from "../language.ts";
import { Page } from "../ui/Page.tsx";
import { DeleteAccount } from "./DeleteAccount.tsx";
import { OrganizationList } from "./OrganizationList.tsx";
import { PasskeyList } from "./PasskeyList.tsx";
import { PasswordSection } from "./PasswordSection.tsx";
import { ProfileSection } from "./ProfileSection.tsx";
import { SecondFactorSection } from "./SecondFactorSection.tsx";
import { SessionList } from "./SessionList.tsx";

/** The person's own account: who they are, what they prove it by, where they are signed in and belong. */
export function AccountPage() {
  return (
    <Page title={say.account.title}>
      <div className="space-y-10 py-6">
        <ProfileSection />
        <OrganizationList />
        <SessionList />
        <PasswordSection />
        <SecondFactorSection />
        <PasskeyList />
        <DeleteAccount />
      </div>
    </Page>
  );
}
