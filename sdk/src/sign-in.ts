/**
 * Proving who one is: the addresses under `/v1/auth/` as functions, for the page and the command line. They work with
 * a session cookie, which the browser keeps; each throws `ProblemError` for a refusal.
 */
import { z } from "zod";
import { exchange, type Fetch } from "./request.ts";

export interface SignInOptions {
  readonly baseUrl: string;
  readonly fetch?: Fetch | undefined;
}

/** What a sign-in leads to: a session, or the question for the second factor. */
export type SignInStep = "signed_in" | "second_factor";

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** `YYYY-MM-DD`; asked where the installation has a minimum age, and not kept. */
  readonly birthDate?: string | undefined;
  /** The token of an invitation, where only the invited may sign up. */
  readonly invitation?: string | undefined;
}

/** What whoever has no account yet gets one by, at a provider. */
export type Joining = Pick<NewPerson, "birthDate" | "invitation">;

/** To be shown once: for the authenticator app, and for when it is lost. */
export interface NewSecondFactor {
  readonly totpUri: string;
  readonly recoveryCodes: readonly string[];
}

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string | null;
}

const CALL_MS_MAX = 30_000;
const ANSWER_BYTES_MAX = 1_048_576;

const SignedIn = z.object({ secondFactor: z.boolean() });
const Factor = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
const Codes = z.object({ backupCodes: z.array(z.string()) });
const Away = z.object({ url: z.url() });
const AwayIfKnown = z.object({ url: z.url().nullable() });
const Passkeys = z.object({
  items: z.array(
    z
      .object({ id: z.string(), name: z.string().nullish(), createdAt: z.string().nullish() })
      .transform(({ id, name, createdAt }): Passkey => ({ id, name: name ?? "", createdAt: createdAt ?? null })),
  ),
});

export type SignInClient = ReturnType<typeof createSignInClient>;

type Ask = (method: "GET" | "POST", path: string, body?: Readonly<Record<string, unknown>>) => Promise<unknown>;

function asking({ baseUrl, fetch }: SignInOptions): Ask {
  return async (method, path, body) =>
    await exchange({
      fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
      url: `${baseUrl.replace(/\/+$/, "")}/v1/auth${path}`,
      method,
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: undefined,
      timeoutMs: CALL_MS_MAX,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
}

/** Functions for signing up and in, and for what a person proves themselves by. */
export function createSignInClient(options: SignInOptions) {
  const ask = asking(options);
  const post = async (path: string, body: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    await ask("POST", path, body);
  const away = async (path: string, body: Readonly<Record<string, unknown>>): Promise<string> =>
    Away.parse(await post(path, body)).url;

  return {
    /** Makes an account and sends the mail that verifies its address. */
    signUp: async (person: NewPerson): Promise<void> => void (await post("/sign-up/email", { ...person })),
    signIn: async (email: string, password: string): Promise<SignInStep> => {
      const { secondFactor } = SignedIn.parse(await post("/sign-in/email", { email, password }));
      return secondFactor ? "second_factor" : "signed_in";
    },
    /** The second step, with a code of the app. */
    verifyTotp: async (code: string): Promise<void> => void (await post("/two-factor/verify-totp", { code })),
    verifyRecoveryCode: async (code: string): Promise<void> =>
      void (await post("/two-factor/verify-backup-code", { code })),
    /** Where to send the browser for Google or the installation's provider; it comes back to the page's path `to`. */
    withProvider: async (provider: string, to: string, joining: Joining = {}): Promise<string> =>
      await away("/sign-in/social", { provider, to, ...joining }),
    /** Where to send the browser for the sign-on of the organization that the address belongs to; null where it has none. */
    withOrganization: async (email: string, to: string): Promise<string | null> =>
      AwayIfKnown.parse(await post("/sign-in/sso", { email, to })).url,
    /** Where to send the browser to try one provider of an organization, whoever is asked by domain. */
    withConnection: async (connection: string, to: string): Promise<string> =>
      await away("/sign-in/sso", { connection, to }),
    requestReset: async (email: string): Promise<void> => void (await post("/request-password-reset", { email })),
    reset: async (token: string, newPassword: string): Promise<void> =>
      void (await post("/reset-password", { token, newPassword })),
    sendVerification: async (email: string): Promise<void> => void (await post("/send-verification-email", { email })),
    verifyEmail: async (token: string): Promise<void> => void (await post("/verify-email", { token })),
    changeEmail: async (newEmail: string): Promise<void> => void (await post("/change-email", { newEmail })),
    changePassword: async (currentPassword: string, newPassword: string): Promise<void> =>
      void (await post("/change-password", { currentPassword, newPassword })),
    /** The first password of an account that has none, in a session of the last hour. */
    setPassword: async (newPassword: string): Promise<void> => void (await post("/set-password", { newPassword })),
    /** Begins a second factor; it counts once a code of it was verified. The password is left out where there is none. */
    beginSecondFactor: async (password?: string): Promise<NewSecondFactor> => {
      const { totpURI, backupCodes } = Factor.parse(await post("/two-factor/enable", { password }));
      return { totpUri: totpURI, recoveryCodes: backupCodes };
    },
    endSecondFactor: async (password?: string): Promise<void> => void (await post("/two-factor/disable", { password })),
    newRecoveryCodes: async (password?: string): Promise<readonly string[]> =>
      Codes.parse(await post("/two-factor/generate-backup-codes", { password })).backupCodes,
    listPasskeys: async (): Promise<readonly Passkey[]> =>
      Passkeys.parse(await ask("GET", "/passkey/list-user-passkeys")).items,
    deletePasskey: async (id: string): Promise<void> => void (await post("/passkey/delete-passkey", { id })),
    /** The browser's question for a new passkey, and its answer. */
    passkeyRegistration: async (): Promise<unknown> => await ask("GET", "/passkey/generate-register-options"),
    verifyPasskeyRegistration: async (response: unknown, name: string): Promise<void> =>
      void (await post("/passkey/verify-registration", { response, name })),
    passkeyQuestion: async (): Promise<unknown> => await ask("GET", "/passkey/generate-authenticate-options"),
    verifyPasskey: async (response: unknown): Promise<void> =>
      void (await post("/passkey/verify-authentication", { response })),
  };
}
