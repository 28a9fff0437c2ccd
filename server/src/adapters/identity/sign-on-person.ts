import { z } from "zod";
import type { ProvedPerson } from "../../core/ports/sign-on.ts";
import { signOnRefused } from "./sign-on-refusal.ts";

const GROUPS_MAX = 1000;
/** ASCII only: letters that look alike are other mailboxes. */
const Email = z.email().max(254).toLowerCase();
const Name = z
  .string()
  .trim()
  .min(1)
  .transform((text) => text.replace(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 100));
const Groups = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** A person from what a provider said of them, whatever it said. Throws `sign_in_failed` without a mail address. */
export function readPerson(said: {
  readonly subject: string;
  readonly email: unknown;
  readonly name: unknown;
  readonly groups: unknown;
  readonly secondFactor: boolean;
}): ProvedPerson {
  const email = Email.safeParse(said.email);
  if (!email.success) throw signOnRefused("address_missing", "The provider names no mail address.");
  const name = Name.safeParse(said.name);
  const groups = Groups.safeParse(said.groups);
  return {
    subject: said.subject,
    email: email.data,
    name: name.success && name.data !== "" ? name.data : email.data,
    groups: groups.success ? groups.data.filter((one) => one.length <= 200).slice(0, GROUPS_MAX) : [],
    secondFactor: said.secondFactor,
  };
}
