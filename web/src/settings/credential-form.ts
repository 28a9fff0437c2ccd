/** What is typed for a credential, and what is wrong with it. Pure. */
import { ProblemError, type PutCredential, SLUG } from "@steward/sdk";
import { say } from "../language.ts";

export interface CredentialForm {
  readonly slug: string;
  readonly kind: PutCredential["kind"];
  readonly secret: string;
  readonly user: string;
  readonly header: string;
  readonly hosts: string;
}

export type CredentialErrors = Partial<Record<keyof CredentialForm, string>>;

export const EMPTY_CREDENTIAL: CredentialForm = {
  slug: "",
  kind: "bearer",
  secret: "",
  user: "",
  header: "",
  hosts: "",
};

/** What must be mended, by field; empty when the form can be sent. */
export function credentialErrors({ slug, kind, secret, user, header, hosts }: CredentialForm): CredentialErrors {
  const { settings, newFlow } = say;
  return {
    ...(!SLUG.test(slug) && { slug: newFlow.slugWrong }),
    ...(secret === "" && { secret: settings.needed }),
    ...(kind === "basic" && user === "" && { user: settings.needed }),
    ...(kind === "header" && !/^[A-Za-z0-9-]{1,100}$/.test(header) && { header: settings.headerHelp }),
    ...(kind !== "secret" && hostsOf(hosts).length === 0 && { hosts: settings.hostsNeeded }),
  };
}

/** The server's refusal at the field it names, or null when it names none of the form's. */
export function refusedField(error: unknown): CredentialErrors | null {
  if (!(error instanceof ProblemError) || typeof error.details["field"] !== "string") return null;
  const [field = ""] = error.details["field"].split(/[.[]/);
  return field in EMPTY_CREDENTIAL ? { [field]: error.message } : null;
}

/** The body to send; fields of another kind are left out. */
export function credentialBody({ kind, secret, user, header, hosts }: CredentialForm): PutCredential {
  return {
    kind,
    secret,
    hosts: kind === "secret" ? [] : hostsOf(hosts),
    ...(kind === "basic" && { user }),
    ...(kind === "header" && { header }),
  };
}

function hostsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((host) => host !== ""))];
}
