import type { Stopped } from "@steward/sdk";

/** Where what is in force has changed: in one project, or with null in all of the organization. */
export interface PolicyPlace {
  readonly organization: string;
  readonly project: string | null;
}

/** What is over, by its UUID (of a member's account), a flow by its slug: effects that rest on it are stopped. */
export interface RevokedThing {
  readonly kind: "grant" | "connection" | "credential" | "flow" | "approval" | "member";
  readonly id: string;
}

/** Who has heard that something is over, and what it had in flight. */
export type StoppedEffects = Pick<Stopped, "atMs" | "acknowledged" | "silent" | "inFlight">;

/** How the processes that lead runs hear of what is in force. To be said once the change is committed. */
export interface PolicyWords {
  /** Settles when every process has dropped what it remembers, or is known to be gone. Never rejects. */
  sayChanged(place: PolicyPlace): Promise<void>;
  /** The same, and what rested on it is stopped: who has heard, who is silent, what was in flight. */
  sayRevoked(place: PolicyPlace, revoked: RevokedThing): Promise<StoppedEffects>;
}
