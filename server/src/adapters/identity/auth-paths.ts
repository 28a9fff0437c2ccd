/**
 * What is served under `/v1/auth`, and nothing else of the library: each path with the body it takes (unknown fields are
 * refused, so that nobody sets what is not theirs), what of it the library gets, and what of its answer goes out (never a
 * token: the session is in its cookie).
 */
import { Name } from "@steward/sdk";
import { z } from "zod";
import { unboundToken } from "./mailed-token.ts";

export interface AuthPath {
  readonly method: "GET" | "POST";
  /** The library's path and method, where they differ. */
  readonly at?: { readonly method: "GET"; readonly path: (body: Sent) => string };
  readonly body?: z.ZodType<Sent>;
  readonly send?: (body: Sent, publicUrl: string) => Sent;
  /** What goes out of the library's JSON; nothing by default. */
  readonly give?: (answer: Given) => unknown;
  /** A session; a fresh one for what would let a thief stay. */
  readonly needs?: "session" | "fresh";
  /** Changes what proves the person: where a second factor is set, the session must have passed it. */
  readonly factors?: true;
  /** The library asks for the password, where there is one. */
  readonly asksPassword?: true;
  /** Answered before it is done, so that the time it takes says nothing about the address. */
  readonly uniform?: true;
}

export type Sent = Readonly<Record<string, unknown>>;
export type Given = Readonly<Record<string, unknown>>;

const Email = z.email().max(254).toLowerCase();
const Password = z.string().min(10).max(200);
/** As typed: shorter ones may be imported. */
const OldPassword = z.string().min(1).max(200);
const Code = z.string().regex(/^[A-Za-z0-9 -]{6,24}$/);
const MailedToken = z.string().min(10).max(2000);
const BirthDate = z.iso.date();
const Invitation = z.string().min(1).max(200);
/** A path of our page, never another site's address: no scheme, no `//`, no backslash. */
const PagePath = z
  .string()
  .max(500)
  .regex(/^\/(?!\/)[\w\-./?=&%]*$/);
/** What a browser's authenticator says (WebAuthn): its own library checks it field by field. */
const Credential = z.looseObject({ id: z.string().max(2048), type: z.literal("public-key") });

const NOTHING = z.strictObject({});
const codes = ({ backupCodes }: Given): unknown => ({ backupCodes });
const passwordOrNothing = z.strictObject({ password: OldPassword.optional() });

export const AUTH_PATHS: Readonly<Record<string, AuthPath>> = {
  "/sign-up/email": {
    method: "POST",
    body: z.strictObject({
      email: Email,
      password: Password,
      name: Name,
      invitation: Invitation.optional(),
      birthDate: BirthDate.optional(),
    }),
    send: ({ email, password, name }) => ({ email, password, name }),
    uniform: true,
  },
  "/sign-in/email": {
    method: "POST",
    body: z.strictObject({ email: Email, password: OldPassword, remember: z.boolean().default(true) }),
    send: ({ email, password, remember }) => ({ email, password, rememberMe: remember }),
    give: ({ twoFactorRedirect }) => ({ secondFactor: twoFactorRedirect === true }),
  },
  "/sign-in/social": {
    method: "POST",
    body: z.strictObject({
      provider: z.enum(["google", "oidc"]),
      to: PagePath.default("/"),
      invitation: Invitation.optional(),
      birthDate: BirthDate.optional(),
    }),
    send: ({ provider, to, invitation, birthDate }, publicUrl) => ({
      provider,
      callbackURL: `${publicUrl}${String(to)}`,
      errorCallbackURL: `${publicUrl}/sign-in?next=${encodeURIComponent(String(to))}`,
      disableRedirect: true,
      additionalData: { startedAt: provider, invitation, ageMet: birthDate !== undefined },
    }),
    give: ({ url }) => ({ url }),
  },
  "/callback/google": { method: "GET" },
  "/callback/oidc": { method: "GET" },
  "/send-verification-email": { method: "POST", body: z.strictObject({ email: Email }), uniform: true },
  "/verify-email": {
    method: "POST",
    body: z.strictObject({ token: MailedToken }),
    at: {
      method: "GET",
      path: ({ token }) => `/verify-email?token=${encodeURIComponent(unboundToken(String(token)).token)}`,
    },
  },
  "/request-password-reset": { method: "POST", body: z.strictObject({ email: Email }), uniform: true },
  "/reset-password": { method: "POST", body: z.strictObject({ token: MailedToken, newPassword: Password }) },
  "/change-password": {
    method: "POST",
    body: z.strictObject({ currentPassword: OldPassword, newPassword: Password }),
    send: (body) => ({ ...body, revokeOtherSessions: true }),
    needs: "session",
    factors: true,
    asksPassword: true,
  },
  // The library has it for servers only: done here (set-password.ts).
  "/set-password": {
    method: "POST",
    body: z.strictObject({ newPassword: Password }),
    needs: "fresh",
    factors: true,
  },
  "/change-email": {
    method: "POST",
    body: z.strictObject({ newEmail: Email }),
    needs: "fresh",
    factors: true,
  },
  "/two-factor/enable": {
    method: "POST",
    body: passwordOrNothing,
    send: (body) => ({ ...body, method: "totp" }),
    give: ({ totpURI, backupCodes }) => ({ totpURI, backupCodes }),
    needs: "fresh",
    factors: true,
    asksPassword: true,
  },
  "/two-factor/verify-totp": { method: "POST", body: z.strictObject({ code: Code }) },
  "/two-factor/verify-backup-code": { method: "POST", body: z.strictObject({ code: Code }) },
  "/two-factor/generate-backup-codes": {
    method: "POST",
    body: passwordOrNothing,
    give: codes,
    needs: "fresh",
    factors: true,
    asksPassword: true,
  },
  "/two-factor/disable": {
    method: "POST",
    body: passwordOrNothing,
    needs: "fresh",
    factors: true,
    asksPassword: true,
  },
  "/passkey/generate-register-options": { method: "GET", give: whole, needs: "fresh", factors: true },
  "/passkey/verify-registration": {
    method: "POST",
    body: z.strictObject({ response: Credential, name: Name.optional() }),
    needs: "fresh",
    factors: true,
  },
  // A passkey that only says who holds it is one factor: the browser is told to ask for a finger or a PIN.
  "/passkey/generate-authenticate-options": {
    method: "GET",
    give: (options) => ({ ...options, userVerification: "required" }),
  },
  "/passkey/verify-authentication": { method: "POST", body: z.strictObject({ response: Credential }) },
  "/passkey/list-user-passkeys": { method: "GET", give: passkeys, needs: "session" },
  "/passkey/update-passkey": {
    method: "POST",
    body: z.strictObject({ id: z.uuid(), name: Name }),
    needs: "session",
  },
  "/passkey/delete-passkey": {
    method: "POST",
    body: z.strictObject({ id: z.uuid() }),
    needs: "fresh",
    factors: true,
  },
};

export const EMPTY_BODY: z.ZodType<Sent> = NOTHING;

function whole(answer: Given): unknown {
  return answer;
}

const Passkeys = z.array(
  z.object({ id: z.string(), name: z.string().nullish(), createdAt: z.string().nullish(), backedUp: z.boolean() }),
);

function passkeys(answer: unknown): unknown {
  return { items: Passkeys.parse(answer) };
}
