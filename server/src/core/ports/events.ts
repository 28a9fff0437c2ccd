/** What happens at providers, as the engine and the flows see it: asked by the gate alone. */
import type { Json, JsonObject } from "../json.ts";

/** The trigger for which a provider is asked, as published. */
export interface EventAsk {
  readonly organization: string;
  readonly project: string;
  /** UUID of the trigger; its id in the flow file. */
  readonly trigger: string;
  readonly name: string;
  /** Slug and version of the flow. */
  readonly flow: string;
  /** Whether that is an agent; left out of a flow. */
  readonly isAgent?: boolean;
  readonly version: number;
  /** `gmail.new_mail` */
  readonly event: string;
  /** A slug. */
  readonly connection: string;
  readonly settings: JsonObject;
  /** Tells this look from the trigger's others. */
  readonly look: number;
  /** As the audit names who asks, where a person does; null: the trigger itself. */
  readonly by: string | null;
  readonly signal: AbortSignal;
  /** Asked before each call: whether the trigger is still to be asked for, by whoever asks. */
  stillMay(): Promise<boolean>;
  /** Asked synchronously just before each first byte: whether this worker may act. */
  mayProceed(): boolean;
}

/** What is done for an event, as an effect carries it. `poll` gives what a poll gives, `register` what is to be kept. */
export type EventWork =
  | { readonly does: "poll"; readonly cursor: Json }
  | { readonly does: "register"; readonly url: string; readonly secret: Buffer }
  | { readonly does: "unregister"; readonly url: string; readonly kept: Json };

export interface EventEffect {
  readonly work: EventWork;
  readonly by: string | null;
  stillMay(): Promise<boolean>;
}

/** `refused`: nothing was asked, and nothing will be while it stands as it does. */
export type EventEnd<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly afterMs: number | null };

export interface Polled {
  readonly events: readonly { readonly key: string; readonly data: Json }[];
  readonly cursor: Json;
  readonly more: boolean;
}

/** Of an event by the connector that has it. */
export type DescribedEvent =
  | { readonly kind: "poll"; readonly everySeconds: { readonly default: number; readonly min: number } }
  | {
      readonly kind: "hook";
      readonly signature: "github" | "slack" | "standard" | "none";
      /** What a person does to register the address; null where the provider has a call for it. */
      readonly byHand: readonly string[] | null;
    };

/** With what a hook was registered, and what `register` gave; `kept` null: nobody knows whether it did. As it is sealed. */
export interface KeptHook {
  readonly settings: JsonObject;
  /** In base64; of the trigger then. */
  readonly rule: string;
  readonly url: string;
  readonly kept: Json;
}

/** A delivery of a hook, as it came. */
export interface EventDelivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly rawBody: Uint8Array;
  /** The address that it was sent to. */
  readonly url: string;
  readonly nowMs: number;
}

/** `event` null: a ping, or one that the settings leave out. `unsigned`: it was not read, and nobody learns more. */
export type ReadDelivery =
  | { readonly kind: "event"; readonly event: { readonly key: string; readonly data: Json } | null }
  /** `signed`: it is known to be the provider's. */
  | { readonly kind: "challenge"; readonly answer: string; readonly signed: boolean }
  | { readonly kind: "unsigned" }
  | { readonly kind: "unreadable" };

/** Rejects where the store does or for a bug; what a provider says is data. */
export interface EventGate {
  /** Null where the project has no such connector, or it no such event. */
  describe(
    place: { readonly organization: string; readonly project: string },
    event: string,
  ): Promise<DescribedEvent | null>;
  /**
   * Whether it may be asked for: connection, grants and limits, as they stand now; gives the connection (UUID) that is
   * meant. Asks nobody outside, and writes nothing.
   */
  judge(ask: EventAsk): Promise<EventEnd<{ readonly connection: string }>>;
  /** From the cursor; null at first. Settles within a minute. */
  poll(ask: EventAsk, cursor: Json): Promise<EventEnd<Polled>>;
  /** Tells the provider the address; what it gives is needed to take it away. Repeating it is safe. */
  register(ask: EventAsk, hook: { readonly url: string; readonly secret: Buffer }): Promise<EventEnd<Json>>;
  /** Has the provider forget it, whoever granted it; by what `register` gave, or null where nobody knows. */
  unregister(ask: EventAsk, hook: { readonly url: string; readonly kept: Json }): Promise<EventEnd<null>>;
  /** A new secret for the deliveries of a trigger's hook, sealed. */
  makeSecret(place: { readonly organization: string; readonly project: string }, trigger: string): Promise<Buffer>;
  /** Whether there is what the provider signs with by itself: it is kept with the connection. */
  signs(ask: Pick<EventAsk, "organization" | "project" | "event" | "connection">): Promise<boolean>;
  /**
   * Verifies and reads a delivery; `secret` is sealed, null where the provider signs with its own. Where nothing is there to
   * verify it by, it can only be a challenge.
   */
  read(
    ask: Pick<EventAsk, "organization" | "project" | "trigger" | "event" | "settings" | "connection">,
    secret: Buffer | null,
    delivery: EventDelivery,
  ): Promise<ReadDelivery>;
}
