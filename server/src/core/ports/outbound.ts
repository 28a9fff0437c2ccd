/** What the installation itself connects to, apart from its runs' effects (PROMISES A10). */
export type OutboundPurpose = "mail" | "identity" | "key_service" | "audit_sink" | "connection";

/** Notes one connection, or one request where connections are reused; never waits, never fails. `bytes` as far as they are known. */
export type NoteOutbound = (host: string, port: number, purpose: OutboundPurpose, bytes?: number) => void;
