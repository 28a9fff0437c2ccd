/** What browsers send to sign-on, from our page and from providers' pages. */
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { signOnRefused } from "./sign-on-refusal.ts";

const BEGIN_CHARS_MAX = 4096;
const POSTED_CHARS_MAX = 524_288;

const Begin = z
  .strictObject({
    email: z.email().max(254).toLowerCase().optional(),
    /** A provider's id, to try it before its domain is verified or while it is not the first. */
    connection: z
      .string()
      .regex(/^sso_[0-9a-z]{26}$/)
      .optional(),
    /** A path of our page, never another site's address. */
    to: z
      .string()
      .max(500)
      .regex(/^\/(?!\/)[\w\-./?=&%]*$/)
      .default("/"),
  })
  .refine(({ email, connection }) => (email === undefined) !== (connection === undefined), {
    message: "name either an address or a connection",
  });
export type Begin = z.output<typeof Begin>;

/** Throws `media_type_unsupported`, `invalid_request`, `value_invalid`. */
export async function readBegin(request: Request): Promise<Begin> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? ""))
    throw new AppError("media_type_unsupported", "Send JSON.");
  const text = await request.text();
  if (text.length > BEGIN_CHARS_MAX) throw new AppError("body_too_large", "The body is too large.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError("invalid_request", "The body is not JSON.");
  }
  const parsed = Begin.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new AppError("value_invalid", `${field === "" ? "" : `${field}: `}${issue?.message}`, { field });
}

/** What a SAML provider's page posts (SAML bindings, 3.5). */
export async function readPosted(request: Request): Promise<{ readonly answer: string; readonly state: string }> {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers.get("content-type") ?? ""))
    throw signOnRefused("proof_invalid", "The provider posted no form.");
  const text = await request.text();
  if (text.length > POSTED_CHARS_MAX) throw signOnRefused("proof_invalid", "The provider's answer is too long.");
  const form = new URLSearchParams(text);
  const [answers, states] = [form.getAll("SAMLResponse"), form.getAll("RelayState")];
  if (answers.length !== 1 || states.length !== 1)
    throw signOnRefused("proof_invalid", "The provider's form does not hold one answer to one request.");
  return { answer: answers[0]!, state: states[0]! };
}
