import type { AllowList } from "../../core/egress/allow-list.ts";
import type { NoteOutbound } from "../../core/ports/outbound.ts";
import type { SmtpServer } from "../../core/smtp-url.ts";
import type { Connect } from "../egress/connect.ts";
import type { Resolve } from "../egress/resolve.ts";

export interface SmtpOptions {
  readonly server: SmtpServer;
  /** STEWARD_MAIL_FROM: the address that messages come from, as `plainMailAddress` gives it. */
  readonly from: string;
  /** What the operator opens beyond the public internet: a mail server of one's own is named there. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly note: NoteOutbound;
  /** Replaces both resolvers: name servers for public names, the system's for opened ones. */
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string;
  /** Messages on their way at once, by default 8; further ones wait within their own timeout. */
  readonly sendingsMax?: number;
  /** Of those at most so many for one project, by default 4; the installation's own are none's. */
  readonly partitionMax?: number;
  /** Waiting, by default 1,000; further ones are refused as `overloaded`. */
  readonly waitingMax?: number;
}
