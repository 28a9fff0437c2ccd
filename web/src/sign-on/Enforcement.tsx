import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { signOnKeys } from "../api/sign-on-queries.ts";
import { say } from "../language.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Section } from "../settings/Section.tsx";
import { useAct } from "../ui/use-act.ts";

const { signOn: words } = say.people;

/** Whether people come in by sign-on only; saved at once. */
export function Enforcement({ enforced }: { enforced: boolean }) {
  const client = useClient();
  const { organization, may } = useOrganization();
  const change = useAct({
    act: (next: boolean) => client.setSignOnEnforcement({ organization: organization.id, body: { enforced: next } }),
    changes: [signOnKeys.settings(organization.id), keys.session],
    said: (next) => (next ? words.enforced : words.notEnforced),
  });
  return (
    <Section id="enforcement" title={words.enforce} what={words.enforceWhat} action={null}>
      <label className="mx-4 inline-flex items-center gap-2 text-13 has-disabled:text-text-3 md:mx-6">
        <input
          type="checkbox"
          checked={change.isPending ? change.variables : enforced}
          disabled={change.isPending || !may("sign_on.write")}
          onChange={({ target }) => change.mutate(target.checked)}
        />
        {words.enforceLabel}
      </label>
    </Section>
  );
}
