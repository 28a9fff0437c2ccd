/** What is typed for a provider, and what is wrong with it. Pure. */
import type { NewSignOnConnection, SignOnConnection, SignOnConnectionChange } from "@steward/sdk";
import { say } from "../language.ts";
import { needed, wrongs } from "../ui/checks.ts";

const { form: words } = say.people.signOn;

export type ConnectionKind = SignOnConnection["kind"];

export const EMPTY_CONNECTION = {
  name: "",
  issuer: "",
  clientId: "",
  clientSecret: "",
  signOnUrl: "",
  certificates: "",
  emailAttribute: "",
  nameAttribute: "",
  groupsAttribute: "",
  enabled: "yes",
  trustsSecondFactor: "",
};
export type ConnectionForm = typeof EMPTY_CONNECTION;

/** A provider as the form begins with it; its secret and certificates are set anew or stay. */
export function connectionForm(connection: SignOnConnection): ConnectionForm {
  const { name, issuer, emailAttribute, nameAttribute, groupsAttribute, enabled, trustsSecondFactor } = connection;
  return {
    ...EMPTY_CONNECTION,
    name,
    issuer,
    clientId: connection.kind === "oidc" ? connection.clientId : "",
    signOnUrl: connection.kind === "saml" ? connection.signOnUrl : "",
    emailAttribute: emailAttribute ?? "",
    nameAttribute: nameAttribute ?? "",
    groupsAttribute: groupsAttribute ?? "",
    enabled: enabled ? "yes" : "",
    trustsSecondFactor: trustsSecondFactor ? "yes" : "",
  };
}

const addressWrong = (text: string): string | undefined =>
  URL.canParse(text.trim()) && /^https?:/i.test(text.trim()) ? undefined : words.url;

/** What must be mended, by field; a new one needs its secret or certificates. */
export function connectionWrongs(kind: ConnectionKind, form: ConnectionForm, isNew: boolean) {
  const always = { name: needed(form.name), issuer: kind === "oidc" ? addressWrong(form.issuer) : needed(form.issuer) };
  return kind === "oidc"
    ? wrongs({
        ...always,
        clientId: needed(form.clientId),
        clientSecret: isNew ? needed(form.clientSecret) : undefined,
      })
    : wrongs({
        ...always,
        signOnUrl: addressWrong(form.signOnUrl),
        certificates: isNew ? needed(form.certificates) : undefined,
      });
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

function sharedOf(form: ConnectionForm) {
  return {
    name: form.name.trim(),
    issuer: form.issuer.trim(),
    emailAttribute: orNull(form.emailAttribute),
    nameAttribute: orNull(form.nameAttribute),
    groupsAttribute: orNull(form.groupsAttribute),
    enabled: form.enabled !== "",
    trustsSecondFactor: form.trustsSecondFactor !== "",
  };
}

export function newConnection(kind: ConnectionKind, form: ConnectionForm): NewSignOnConnection {
  return kind === "oidc"
    ? { kind, ...sharedOf(form), clientId: form.clientId.trim(), clientSecret: form.clientSecret.trim() }
    : { kind, ...sharedOf(form), signOnUrl: form.signOnUrl.trim(), certificates: certificatesOf(form.certificates) };
}

/** What is left empty of secrets stays as it is. */
export function connectionChange(kind: ConnectionKind, form: ConnectionForm): SignOnConnectionChange {
  const certificates = certificatesOf(form.certificates);
  return kind === "oidc"
    ? {
        ...sharedOf(form),
        clientId: form.clientId.trim(),
        ...(form.clientSecret.trim() === "" ? {} : { clientSecret: form.clientSecret.trim() }),
      }
    : {
        ...sharedOf(form),
        signOnUrl: form.signOnUrl.trim(),
        ...(certificates.length === 0 ? {} : { certificates }),
      };
}

/** Each PEM block by itself; a text without any as it is, for the server to read or refuse. */
export function certificatesOf(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs);
  return blocks === null ? [text.trim()].filter((one) => one !== "") : [...blocks];
}
