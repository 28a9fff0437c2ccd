/**
 * Notifications: hints that something may be worth reading, never the thing itself.
 *
 * N1 One connection of its own, used for nothing else; nothing is notified inside a transaction
 *    that does work.
 * N2 Notifications of one turn of the event loop, and those that gather while a batch is under
 *    way, go out in one statement, equal ones once. At most `PENDING_MAX` wait; what is beyond is
 *    dropped, since every reader also reads by itself from time to time.
 * N3 The connection is sounded every `echoMs` through the database's own notification queue, so
 *    that a sign of life says that notifications arrive, not merely that a socket is open.
 * N4 Whoever listens is told after each gap (`onReconnect`), because what was said in between is
 *    lost.
 */
import { Socket } from "node:net";
import { performance } from "node:perf_hooks";

import { Client, type ClientConfig } from "pg";

import { invariant } from "../../core/invariant.ts";
import { messageOf } from "../../core/thrown.ts";
import { clientConfig } from "./pool.ts";

export interface NotificationsOptions {
  readonly url?: string;
  readonly connection?: ClientConfig;
  readonly applicationName: string;
  readonly log: (line: string) => void;
  /** Names this process's echo channel; unique among processes: a letter, then letters, digits and `_`. */
  readonly worker: string;
  /** How often the connection is sounded; 250 ms unless given. */
  readonly echoMs?: number;
  /** After how long without a sign of life `onSilence` is told; 500 ms unless given. */
  readonly silenceMs?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export interface Notifications {
  /** Calls back with each payload said on the channel, also by this process. Resolves when listening (at once while there is no connection: then from the reconnect on). */
  listen(channel: string, handler: (payload: string) => void): Promise<void>;
  /** Says the payload (under 8,000 bytes) on the channel soon. Never fails; may be lost with the connection. */
  notify(channel: string, payload: string): void;
  /** Told when notifications arrive again after a lost connection or a silence: read anew what you may have missed. */
  onReconnect(callback: () => void): void;
  /** Told once per gap, when nothing was heard for `silenceMs`. */
  onSilence(callback: () => void): void;
  /** Monotonic milliseconds of the last sign of life. */
  heardAt(): number;
  close(): Promise<void>;
}

const ECHO_MS = 250;
const SILENCE_MS = 500;
/** A connection silent for so many times `silenceMs` is given up and made anew. */
const DEAD_FACTOR = 10;
const PENDING_MAX = 10_000;
const PAYLOAD_BYTES_MAX = 8000; // PostgreSQL documentation, NOTIFY
const CONNECT_MS_MAX = 2000;
const RECONNECT_MS = { first: 20, max: 1000 } as const;

/** A connection and the socket beneath it, which is ours to destroy when nobody answers any more. */
interface Link {
  readonly client: Client;
  readonly socket: Socket;
}

/** Opens the connection and listens; the first attempt's error is thrown, later losses are mended with a bounded back-off. */
export async function openNotifications(options: NotificationsOptions): Promise<Notifications> {
  const connection = new NotificationConnection(options);
  await connection.open();
  return connection;
}

class NotificationConnection implements Notifications {
  readonly #options: NotificationsOptions;
  readonly #now: () => number;
  readonly #silenceMs: number;
  readonly #echoChannel: string;
  readonly #handlers = new Map<string, ((payload: string) => void)[]>();
  readonly #pending = new Map<string, readonly [channel: string, payload: string]>();
  readonly #reconnected: (() => void)[] = [];
  readonly #silenced: (() => void)[] = [];
  #link: Link | null = null;
  #heardAt: number;
  #silent = false;
  #sending = false;
  #closed = false;
  #echo: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs: number = RECONNECT_MS.first;

  constructor(options: NotificationsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#echoChannel = `echo_${options.worker}`;
    this.#heardAt = this.#now();
    checkChannel(this.#echoChannel);
  }

  async open(): Promise<void> {
    await this.#connect();
    this.#echo = setInterval(() => this.#sound(), this.#options.echoMs ?? ECHO_MS);
  }

  async listen(channel: string, handler: (payload: string) => void): Promise<void> {
    checkChannel(channel);
    const handlers = this.#handlers.get(channel);
    if (handlers !== undefined) {
      handlers.push(handler);
      return;
    }
    this.#handlers.set(channel, [handler]);
    await this.#link?.client.query(`listen ${channel}`).catch(() => undefined); // lost: the reconnect listens
  }

  notify(channel: string, payload: string): void {
    checkChannel(channel);
    invariant(
      Buffer.byteLength(payload) < PAYLOAD_BYTES_MAX,
      `a notification is shorter than ${PAYLOAD_BYTES_MAX} bytes`,
    );
    if (this.#closed || this.#pending.size >= PENDING_MAX) return;
    this.#pending.set(`${channel} ${payload}`, [channel, payload]);
    if (this.#pending.size === 1) setImmediate(() => void this.#flush());
  }

  onReconnect(callback: () => void): void {
    this.#reconnected.push(callback);
  }

  onSilence(callback: () => void): void {
    this.#silenced.push(callback);
  }

  heardAt(): number {
    return this.#heardAt;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#echo);
    clearTimeout(this.#retry);
    const link = this.#link;
    this.#link = null;
    await link?.client.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { url, connection, applicationName } = this.#options;
    const target = { ...(url === undefined ? {} : { url }), ...(connection === undefined ? {} : { connection }) };
    const socket = new Socket();
    const client = new Client({
      ...clientConfig({ ...target, applicationName, connectMsMax: CONNECT_MS_MAX }),
      query_timeout: this.#silenceMs * DEAD_FACTOR,
      stream: () => socket,
    });
    const link: Link = { client, socket };
    client.on("error", (error) => this.#lose(link, error.message));
    client.on("end", () => this.#lose(link, "it was closed"));
    client.on("notification", ({ channel, payload }) => this.#hear(channel, payload ?? ""));
    try {
      await client.connect();
      const channels = [this.#echoChannel, ...this.#handlers.keys()];
      await client.query(channels.map((channel) => `listen ${channel}`).join("; "));
      // Channels that were added while these were being listened to.
      const added = [...this.#handlers.keys()].filter((channel) => !channels.includes(channel));
      for (const channel of added) await client.query(`listen ${channel}`);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    if (this.#closed) {
      socket.destroy();
      return;
    }
    this.#link = link;
    this.#retryMs = RECONNECT_MS.first;
    this.#heardAt = this.#now();
    void this.#flush();
  }

  #lose(link: Link, reason: string): void {
    if (this.#link !== link || this.#closed) return;
    this.#link = null;
    this.#options.log(`the notifications' connection was lost: ${reason}`);
    link.socket.destroy(); // a polite end would wait for an answer
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    this.#retry = setTimeout(() => void this.#reconnect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RECONNECT_MS.max);
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#options.log(`the notifications' connection can't be made: ${messageOf(error)}`);
      if (!this.#closed) this.#reconnectLater();
      return;
    }
    this.#silent = false;
    for (const callback of this.#reconnected) callback();
  }

  #hear(channel: string, payload: string): void {
    this.#heardAt = this.#now();
    if (this.#silent) {
      this.#silent = false;
      for (const callback of this.#reconnected) callback();
    }
    for (const handler of this.#handlers.get(channel) ?? []) handler(payload);
  }

  #sound(): void {
    this.notify(this.#echoChannel, "");
    if (this.#now() - this.#heardAt < this.#silenceMs) return;
    // When this process itself was held up, what arrived meanwhile is read before it is judged.
    setImmediate(() => this.#judgeSilence());
  }

  #judgeSilence(): void {
    const silentMs = this.#now() - this.#heardAt;
    if (this.#closed || silentMs < this.#silenceMs) return;
    if (!this.#silent) {
      this.#silent = true;
      for (const callback of this.#silenced) callback();
    }
    if (silentMs > this.#silenceMs * DEAD_FACTOR && this.#link !== null) this.#lose(this.#link, "it fell silent");
  }

  async #flush(): Promise<void> {
    const link = this.#link;
    if (link === null || this.#sending || this.#pending.size === 0) return;
    const batch = [...this.#pending.values()];
    this.#pending.clear();
    this.#sending = true;
    try {
      await link.client.query({
        name: "notifications.say",
        text: "select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as said (channel, payload)",
        values: [batch.map(([channel]) => channel), batch.map(([, payload]) => payload)],
      });
    } catch (error) {
      this.#lose(link, messageOf(error));
    } finally {
      this.#sending = false;
    }
    void this.#flush();
  }
}

/** Channels go into statements as they are. */
function checkChannel(channel: string): void {
  invariant(/^[a-z][a-z0-9_]{0,62}$/.test(channel), `no name of a channel: ${channel}`);
}
