/** Who is let near the library, with what: everything that it does not check, or not as strictly. */
import { AppError } from "../../core/errors.ts";
import type { Origin, SignedIn } from "../../core/ports/identity.ts";
import type { AuthCall } from "./auth-call.ts";
import { type AuthPath, EMPTY_BODY, type Sent } from "./auth-paths.ts";
import { findChallenged } from "./find-challenged.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { CHANGES_ADDRESS, claimsOf, unboundToken } from "./mailed-token.ts";
import { requireNotEnforced } from "./sign-on-enforced.ts";
import { admitSignUp, checkAge } from "./sign-up-policy.ts";

export interface AdmitParts extends IdentityOptions {
  readonly secretText: string;
  readonly findSignedIn: (cookie: string) => Promise<SignedIn | null>;
  readonly isSecure: () => boolean;
}

/** For acts that would let a thief of a session stay: its sign-in is no older. */
export const FRESH_SECONDS = 3600;
const BODY_CHARS_MAX = 65_536;
const SECOND_FACTOR: ReadonlySet<string> = new Set(["/two-factor/verify-totp", "/two-factor/verify-backup-code"]);

export interface Admitted {
  readonly entry: AuthPath;
  readonly body: Sent;
  readonly known: AuthCall;
}

/** Checks everything that the library does not, or not as strictly. */
export async function admitAuth(
  parts: AdmitParts,
  request: Request,
  { path, entry, origin }: { path: string; entry: AuthPath; origin: Origin },
): Promise<Admitted> {
  if (request.method !== "GET" && request.headers.get("origin") !== new URL(parts.publicUrl()).origin)
    throw new AppError("forbidden", `Signing in is done at ${parts.publicUrl()} only.`);
  const body = await readBody(request, entry);
  const cookie = request.headers.get("cookie");
  const signedIn = cookie === null ? null : await parts.findSignedIn(cookie);
  const email = textOf(body["email"]) ?? null;
  const challenged = signedIn === null && cookie !== null && SECOND_FACTOR.has(path);
  const account = challenged ? await findChallenged(parts, cookie) : (signedIn?.account ?? null);
  const attempt = { path, method: request.method, email, account };
  await parts.beforeAuth?.(attempt, origin);
  if (path === "/sign-in/email" || path === "/sign-up/email") await requireNotEnforced(parts, email);
  if (path === "/verify-email") await requireSamePerson(parts, String(body["token"]));
  if (signedIn !== null && SECOND_FACTOR.has(path)) await requirePasskeyFirst(parts, signedIn);
  // The library would sign in whoever holds the new mailbox.
  const needsSession = path === "/verify-email" && claimsOf(String(body["token"]))["requestType"] === CHANGES_ADDRESS;
  if (entry.needs || needsSession) await checkSession(parts, entry, signedIn);
  const signsUp = path === "/sign-up/email";
  if (signsUp || (path === "/sign-in/social" && body["birthDate"] !== undefined))
    checkAge(parts.policy, textOf(body["birthDate"]), parts.clock.nowMs());
  if (signsUp && email !== null) {
    await admitSignUp(parts, { email, invitation: textOf(body["invitation"]) });
    // Who never proved the address may be anybody: their password is not to count once its holder confirms it.
    await parts.rows.dropUnproved(email);
  }
  const changing = needsSession && signedIn !== null ? await parts.rows.findAccount(signedIn.account) : null;
  const provedAddress = changing?.emailVerified ? changing.email : null;
  return { entry, body, known: { attempt, origin, signedIn, provedAddress, maySignUp: signsUp } };
}

async function checkSession(parts: AdmitParts, entry: AuthPath, signedIn: SignedIn | null): Promise<void> {
  if (signedIn === null) throw new AppError("unauthenticated", "Nobody is signed in here, or the session has ended.");
  if (signedIn.deleted) throw new AppError("forbidden", "This account is deleted: bring it back first.");
  const { needs, factors } = entry;
  if (needs !== "session" || factors) await requireOwnProof(parts, signedIn);
  if (needs === "fresh" && parts.clock.nowMs() - signedIn.createdAt > FRESH_SECONDS * 1000)
    throw new AppError("session_not_fresh", "This needs a sign-in of the last hour.");
  // What an organization's provider says is no word on the person's own factors.
  if (!factors || (signedIn.secondFactor && !signedIn.factorClaimed)) return;
  const account = await parts.rows.findAccount(signedIn.account);
  if (account?.secondFactor || account?.hasPasskey)
    throw new AppError(
      "second_factor_required",
      "This changes how you prove who you are: it takes your second factor.",
    );
  if (!entry.asksPassword || account?.hasPassword !== true) await requireNothingBeyond(parts, signedIn);
}

/** Whoever holds a key is not its person: a proof of theirs would outlive the key. The home's first key is everything. */
async function requireOwnProof({ isFirstKey }: AdmitParts, { byKey }: SignedIn): Promise<void> {
  if (byKey === null || (await isFirstKey(byKey))) return;
  throw new AppError(
    "forbidden",
    "An API key's link began this session: sign in yourself to change your address or how you prove who you are.",
  );
}

/** An organization's provider signs anybody in as the person: a proof made by its word alone would open what isn't its. */
async function requireNothingBeyond({ isBeyond }: AdmitParts, { account, signedOnBy }: SignedIn): Promise<void> {
  if (signedOnBy === null || !(await isBeyond(account, signedOnBy))) return;
  throw new AppError(
    "forbidden",
    "Your organization's sign-on began this session, and your account reaches further: set a password by a mailed link (Forgot your password?), sign in with it, and then change this.",
  );
}

/** A passkey is the second factor of whoever has no app: an app that a password alone set up is none beside it. */
async function requirePasskeyFirst(
  parts: AdmitParts,
  { account, secondFactor, factorClaimed }: SignedIn,
): Promise<void> {
  if (secondFactor && !factorClaimed) return;
  const person = await parts.rows.findAccount(account);
  if (person?.hasPasskey && !person.secondFactor)
    throw new AppError("second_factor_required", "This account has a passkey: sign in with it.");
}

/** Throws `token_invalid` for the link of a sign-up in whose place came another: it would confirm the other's password, or undo what they confirmed. */
async function requireSamePerson({ rows }: AdmitParts, text: string): Promise<void> {
  const { account, token } = unboundToken(text);
  const { email, requestType } = claimsOf(token);
  if (requestType !== undefined || typeof email !== "string") return;
  const person = await rows.findAccountByEmail(email);
  if (person !== null && person.id !== account)
    throw new AppError("token_invalid", "This link or code is not valid, was used before, or is too old.");
}

async function readBody(request: Request, entry: AuthPath): Promise<Sent> {
  if (request.method === "GET") return {};
  const text = await request.text();
  if (text.length > BODY_CHARS_MAX) throw new AppError("body_too_large", "The body is too large.");
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? ""))
    throw new AppError("media_type_unsupported", "Send JSON.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError("invalid_request", "The body is not JSON.");
  }
  const parsed = (entry.body ?? EMPTY_BODY).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new AppError("value_invalid", field === "" ? (issue?.message ?? "") : `${field}: ${issue?.message}`, { field });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
