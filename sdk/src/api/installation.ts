/** The installation as its operators see it. */
import { z } from "zod";
import { Time } from "../api.ts";

export const MailId = z.string().regex(/^msg_[0-9a-z]{26}$/);

export const MailStatus = z.enum(["queued", "sending", "sent", "failed"]);

/** How many messages of the outbox are in which state. */
export const MailCounts = z.object({ queued: z.int(), sending: z.int(), sent: z.int(), failed: z.int() });

export const Installation = z.object({
  version: z.string(),
  signUp: z.enum(["open", "invitation", "closed"]),
  minimumAge: z.int().nullable(),
  mail: z.object({
    /** `server`: sent by SMTP. `inbox`: read here. `kept`: neither; set STEWARD_SMTP_URL. */
    state: z.enum(["server", "inbox", "kept"]),
    /** The mail server, without its user and password. */
    host: z.string().nullable(),
    from: z.string().nullable(),
    counts: MailCounts,
  }),
  /** `own`: this server's certificate. `proxy`: a trusted proxy's. `none`: plain http, on this machine only. */
  tls: z.enum(["own", "proxy", "none"]),
  /** The folder that holds keys, blobs and the embedded database. */
  home: z.string(),
  databaseBytes: z.int(),
  organizations: z.int(),
  projects: z.int(),
  workers: z.int(),
  /** Regions that a worker stands in or that something waits in: live workers, and runs that are due and led by nobody. */
  regions: z.array(z.object({ label: z.string(), workers: z.int(), runsDue: z.int() })),
});

/** A message of the outbox. `content` is there in the development inbox only, and only as long as the message is good for anything. */
export const MailMessage = z.object({
  id: MailId,
  template: z.string(),
  status: MailStatus,
  attempt: z.int(),
  /** Why it could not be sent: a code of docs/errors.md. */
  error: z.string().nullable(),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Time.nullable(),
  content: z.object({ to: z.string(), subject: z.string(), text: z.string(), links: z.array(z.string()) }).nullable(),
});

/** Connections that the installation itself made within an hour. */
export const OutboundConnections = z.object({
  hour: Time,
  host: z.string(),
  port: z.int(),
  purpose: z.enum(["mail", "identity", "key_service", "audit_sink", "connection"]),
  count: z.int(),
  /** Both ways; null where nobody counted. */
  bytes: z.int().nullable(),
  firstAt: Time,
  lastAt: Time,
});

export type Installation = z.output<typeof Installation>;
export type MailMessage = z.output<typeof MailMessage>;
export type OutboundConnections = z.output<typeof OutboundConnections>;
