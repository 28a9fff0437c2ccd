/** What the installation itself connects to, apart from its runs' effects (PROMISES A10). */
export type OutboundPurpose = "mail" | "identity" | "key_service" | "audit_sink" | "connection";

/** Notes one connection, or one request where connections are reused; never waits, never fails. `bytes` as far as they are known. */
export type NoteOutbound = (host: string, port: number, purpose: OutboundPurpose, bytes?: number) => void;

/** On whose behalf nobody else asks: what the installation needs to run at all, as its settings say. */
export type OwnPurpose = "mail" | "identity" | "key_service" | "blobs";

/** A host that the installation can reach on its own behalf. */
export interface SubProcessor {
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly purpose: OwnPurpose;
}
