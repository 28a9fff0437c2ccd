import { judgeUrl, type Target } from "./egress/judge-url.ts";

/** Where a syslog collector listens. */
export interface SyslogAddress {
  readonly tls: boolean;
  /** As the guard of the egress judges it. */
  readonly target: Target;
}

/** `tls://host:port` or `tcp://host:port`; what is wrong with it, as a phrase, when it is neither. */
export function parseSyslogAddress(text: string): SyslogAddress | string {
  const parts = /^(tls|tcp):\/\/([^/?#@\s]+):(\d{1,5})$/.exec(text);
  if (parts === null) return "write tls://host:port, or tcp://host:port";
  const judged = judgeUrl(`https://${parts[2]}:${parts[3]}/`);
  if (!judged.ok) return judged.message;
  const port = Number(parts[3]);
  return { tls: parts[1] === "tls", target: { ...judged.target, port } };
}

/** Null when it may be an HTTP sink's address; else what is wrong with it. */
export function judgeHttpAddress(text: string): string | null {
  const judged = judgeUrl(text);
  return judged.ok ? null : judged.message;
}
