import { setProofRule } from "../../store/proof-tenants.ts";
import { inScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { codeOf, expectAnswer, fieldsOf, tellOf } from "../expect-answer.ts";
import { withProofPerson } from "../proof-person.ts";

const REQUIRED = "sign_on_required";

/** A5: who is bound by an enforced sign-on comes in by it alone, and can't take it away from outside. */
export const signOn: Check = {
  id: "A5",
  promise: "Organizations sign on by OIDC or SAML; enforced sign-on cannot be switched off by the person it binds",
  tries:
    "enforces sign-on in its organization and tries to get in, and to take the rule away, as an owner in a session that a password began and with an owner's key",
  notWhen: null,
  run: async (parts) =>
    await withProofPerson(parts, {}, async (person) => {
      const [own, other] = parts.tenants;
      const faults: string[] = [];
      await person.join(own, "owner");
      const cookie = await person.begin();
      const path = `/v1/organizations/${own.shownOrganization}`;
      expectAnswer(await person.get(path, cookie), 200, "an organization without the rule");
      await setRule(parts, true);
      try {
        const tried = {
          "reading the organization": () => person.get(path, cookie),
          "reading its project": () =>
            parts.call("GET", "/v1/me", { cookie, headers: { "steward-project": own.shownProject } }),
          "switching the rule off": () =>
            parts.call("PUT", `${path}/sign-on/enforcement`, { cookie, body: { enforced: false } }),
          "removing the provider": () =>
            parts.call("DELETE", `${path}/sign-on/connections/sso_00000000000000000000000000`, { cookie }),
          "removing a domain": () =>
            parts.call("DELETE", `${path}/sign-on/domains/dom_00000000000000000000000000`, { cookie }),
          "switching the rule off with a key": () =>
            parts.call("PUT", `${path}/sign-on/enforcement`, { key: own.keys.owner, body: { enforced: false } }),
        };
        for (const [what, act] of Object.entries(tried)) {
          const answer = await act();
          if (codeOf(answer) !== REQUIRED)
            faults.push(`${what}, in a session that the sign-on did not begin: ${tellOf(answer)}`);
        }
        const settings = expectAnswer(
          await parts.call("GET", `${path}/sign-on`, { key: own.keys.owner }),
          200,
          "the rule",
        );
        if (fieldsOf(settings)["enforced"] !== true) faults.push("the rule was switched off");
        await person.mark({ secondFactor: false, signedOnBy: other.organization });
        const foreign = await person.get(path, cookie);
        if (codeOf(foreign) !== REQUIRED) faults.push(`another organization's sign-on let in: ${tellOf(foreign)}`);
        await person.mark({ secondFactor: false, signedOnBy: own.organization });
        const proper = await person.get(path, cookie);
        if (proper.status !== 200) faults.push(`the organization's own sign-on is refused: ${tellOf(proper)}`);
        return verdictOf(faults, [
          `an owner's session that a password began, bound by the rule: ${Object.keys(tried).slice(0, 5).join(", ")} are refused`,
          "an owner's API key could not switch the rule off either",
          "a session by another organization's sign-on is refused, by its own it is let in",
        ]);
      } finally {
        await setRule(parts, false);
      }
    }),
};

async function setRule({ database, tenants: [own] }: ProveParts, value: boolean): Promise<void> {
  await inScope(database, own, (tx) => tx.query(setProofRule(own.organization, "sign_on_enforced", value)));
}
