/** A person's own account, as the API takes and gives it. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Name } from "./people.ts";

export const AccountId = z.string().regex(/^acc_[0-9a-z]{26}$/);

export const Account = z.object({
  id: AccountId,
  email: z.string(),
  emailVerified: z.boolean(),
  name: z.string(),
  /** Whether there is a passkey: it serves as the second factor, also in a session that a password began. */
  hasPasskey: z.boolean(),
  /** Whether there is a password to sign in with, to change and to be asked for. */
  hasPassword: z.boolean(),
  /** Whether signing in asks for a second factor. */
  secondFactor: z.boolean(),
  /** Whether this account runs the installation. */
  operator: z.boolean(),
  createdAt: Time,
  deletedAt: Time.nullable(),
});
export const AccountChange = z.strictObject({ name: Name });

export const Session = z.object({
  id: z.string(),
  /** The one that asks. */
  current: z.boolean(),
  createdAt: Time,
  lastUsedAt: Time,
  expiresAt: Time,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});

/** What this installation offers at its door, for the page before anybody is signed in. */
export const Entrance = z.object({
  signUp: z.enum(["open", "invitation", "closed"]),
  minimumAge: z.int().nullable(),
  /** Whether mail goes out; without it links are in the development inbox. */
  mail: z.boolean(),
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
  passkeys: z.boolean(),
  version: z.string(),
});

export type Account = z.output<typeof Account>;
export type Session = z.output<typeof Session>;
export type Entrance = z.output<typeof Entrance>;
