import { invariant, unreachable } from "../core/invariant.ts";
import type { MailMessage, MailValues } from "../core/mail-message.ts";

/** A message as the sign-in and the invitations give it: values by name, all of them text. */
export interface NamedMessage {
  readonly to: string;
  readonly template:
    | "verify"
    | "reset"
    | "change"
    | "changed"
    | "factor_changed"
    | "invited"
    | "new_sign_in"
    | "domain_failing"
    | "domain_lost";
  readonly values: Readonly<Record<string, string>>;
}

export interface MessageGround {
  readonly nowMs: number;
  /** Where this installation is called from outside, without a slash at the end. */
  readonly publicUrl: string;
  /** How long the sign-in's links are good for. */
  readonly linkMinutes: number;
}

const MINUTE_MS = 60_000;

/** The same message as its template wants it. What is missing in it is a bug. */
export function readMessage({ to, template, values }: NamedMessage, ground: MessageGround): MailMessage {
  const text = (name: string): string => {
    const value = values[name];
    invariant(value !== undefined, `the mail ${template} has no ${name}`);
    return value;
  };
  const name = values["name"] ?? "";
  const life = { lifeMinutes: ground.linkMinutes };
  switch (template) {
    case "verify":
      return { to, template, values: { name, link: text("url"), ...life } };
    case "reset":
      return { to, template, values: { name, link: text("url"), ...life } };
    case "change": {
      const holder = text("holder") === "new" ? "new" : "old";
      return { to, template, values: { holder, name, newAddress: text("newEmail"), link: text("url"), ...life } };
    }
    case "changed":
      return {
        to,
        template,
        values: { name, what: values["what"] === "password" ? "password" : "address", atMs: ground.nowMs },
      };
    case "factor_changed":
      return { to, template, values: { name, change: changeOf(text("change")), atMs: ground.nowMs } };
    case "invited": {
      const lifeMinutes = Math.max(1, Math.round((Date.parse(text("expiresAt")) - ground.nowMs) / MINUTE_MS));
      const from = { inviter: text("inviter"), organization: text("organization") };
      return { to, template, values: { ...from, link: text("url"), lifeMinutes } };
    }
    case "domain_failing":
    case "domain_lost": {
      const about = { organization: text("organization"), domain: text("domain"), record: text("record") };
      if (template === "domain_lost") return { to, template, values: about };
      return { to, template, values: { ...about, atMs: Date.parse(text("at")) } };
    }
    case "new_sign_in": {
      const userAgent = text("userAgent");
      const where = { address: text("address"), userAgent: userAgent === "" ? null : userAgent };
      const link = `${ground.publicUrl}/account`;
      return { to, template, values: { name, atMs: Date.parse(text("at")), ...where, link } };
    }
    default:
      return unreachable(template);
  }
}

type FactorChange = MailValues["factor_changed"]["change"];
const FACTOR_CHANGES: Readonly<Record<FactorChange, true>> = {
  app_added: true,
  app_removed: true,
  passkey_added: true,
  passkey_removed: true,
  recovery_codes_made: true,
  recovery_code_used: true,
};

function changeOf(text: string): FactorChange {
  invariant(isFactorChange(text), `no mail tells of the change ${text}`);
  return text;
}

function isFactorChange(text: string): text is FactorChange {
  return Object.hasOwn(FACTOR_CHANGES, text);
}
