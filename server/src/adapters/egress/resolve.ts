import { promises as dns } from "node:dns";
import { type Address, parseAddress } from "../../core/egress/address.ts";
import { isLocalhost } from "../../core/egress/host-name.ts";

/** Every address of a name, in the order to try; rejects when the name has none. A port, so that tests can rebind names. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const QUERY = { timeout: 2_000, tries: 2 };
const CACHE_MS = 5_000;
const NAMES_MAX = 1_000;
const ADDRESSES_MAX = 32;

/**
 * Asks the name servers, by default the machine's. Not `getaddrinfo`: it would hold one of the process's four pool threads
 * for as long as somebody's slow name server likes, and it reads the machine's hosts file, which is no business of flows.
 */
export function resolveByDns(servers: readonly string[] | null): Resolve {
  return async (name) => {
    // A resolver of its own reads the present list of name servers, which changes when a laptop changes networks.
    const resolver = new dns.Resolver(QUERY);
    if (servers !== null) resolver.setServers(servers);
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const failure = answers.find((answer) => answer.status === "rejected");
    throw failure === undefined ? new Error("the name has no address") : asError(failure.reason);
  };
}

/** Asks the system as other programs do (hosts file, search domains): for names that the operator opened. */
export const resolveBySystem: Resolve = async (name) => {
  const found = await dns.lookup(name, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/**
 * Answers of `resolve`, kept 5 s. Keeping them can't weaken the guard: what is kept is unchecked, every request checks it
 * anew, and a connection is made only to an address that was checked. Failures aren't kept; one name is asked once at a time.
 */
export class AddressBook {
  readonly #resolve: Resolve;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, { readonly addresses: readonly Address[]; readonly untilMs: number }>();
  readonly #asked = new Map<string, Promise<readonly Address[]>>();

  constructor(resolve: Resolve, nowMs: () => number) {
    this.#resolve = resolve;
    this.#nowMs = nowMs;
  }

  /** At once where the answer is known, so that a chain of requests to one host doesn't wait. */
  lookup(name: string): readonly Address[] | Promise<readonly Address[]> {
    if (isLocalhost(name)) return LOCALHOST;
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.addresses;
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked;
    if (this.#asked.size >= NAMES_MAX) return Promise.reject(new Error("too many names are being asked for"));
    const asking = this.#ask(name).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asking);
    return asking;
  }

  async #ask(name: string): Promise<readonly Address[]> {
    const texts = await this.#resolve(name);
    const addresses = texts.slice(0, ADDRESSES_MAX).flatMap((text) => parseAddress(text) ?? []);
    this.#known.delete(name);
    if (this.#known.size >= NAMES_MAX) this.#known.delete(this.#known.keys().next().value ?? name);
    this.#known.set(name, { addresses, untilMs: this.#nowMs() + CACHE_MS });
    return addresses;
  }
}

/** RFC 6761: never asked of anybody. */
const LOCALHOST: readonly Address[] = ["127.0.0.1", "::1"].flatMap((text) => parseAddress(text) ?? []);
