import { statSync } from "node:fs";
import { messageOf } from "../../core/thrown.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { type Certificate, type CertificateFiles, readCertificate } from "./certificate.ts";

export interface CertificateWatch {
  /** Reads the files again and serves what is in them; what is wrong with them goes to the log and changes nothing. */
  reload(): void;
  /** Whole days until the certificate in use is over; negative when it is. */
  daysLeft(): number;
  close(): void;
}

export interface CertificateWatchOptions {
  readonly files: CertificateFiles;
  /** What was read at the start. */
  readonly first: Certificate;
  /** Serves it from now on. */
  readonly use: (certificate: Certificate) => void;
  readonly clock: Clock;
  readonly log: (message: string) => void;
}

const DAY_MS = 86_400_000;
/** Files are looked at, since not every file system tells of changes. */
const LOOK_MS = 30_000;
const WARN_DAYS = 21;

/** Serves a certificate anew when its files change, and warns once a day in its last three weeks. */
export function watchCertificate({ files, first, use, clock, log }: CertificateWatchOptions): CertificateWatch {
  let current = first;
  let stamp = stampOf(files);
  let warnedAtMs = -Infinity;
  let cancel: (() => void) | null = null;

  const daysLeft = (): number => Math.floor((current.expiresAtMs - clock.nowMs()) / DAY_MS);
  const warn = (): void => {
    const days = daysLeft();
    if (days > WARN_DAYS || clock.nowMs() - warnedAtMs < DAY_MS) return;
    warnedAtMs = clock.nowMs();
    log(`the TLS certificate in ${files.cert} ${days < 0 ? "has expired" : `expires in ${days} days`}: renew it`);
  };
  const reload = (): void => {
    stamp = stampOf(files);
    try {
      const next = readCertificate(files);
      use(next);
      current = next;
      warnedAtMs = -Infinity;
      log(`the TLS certificate in ${files.cert} is served from now on; it is good for ${daysLeft()} days`);
    } catch (error) {
      log(`the TLS certificate was not renewed, the one before is served: ${messageOf(error)}`);
    }
    warn();
  };
  const look = (): void => {
    // A pair of which one file is written already and the other is not yet doesn't fit, and is read again when it changes.
    if (stampOf(files) !== stamp) reload();
    warn();
    cancel = clock.after(LOOK_MS, look);
  };
  look();
  return { reload, daysLeft, close: () => cancel?.() };
}

/** Changes with either file. */
function stampOf({ cert, key }: CertificateFiles): string {
  return [cert, key]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? "none" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
    })
    .join(", ");
}
