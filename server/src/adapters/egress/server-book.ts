import type { Address } from "../../core/egress/address.ts";
import { type AllowList, nameIsAllowed } from "../../core/egress/allow-list.ts";
import { refuseAddresses } from "../../core/egress/judge-address.ts";
import type { Target } from "../../core/egress/judge-url.ts";
import { messageOf } from "../../core/thrown.ts";
import { judgeServer, type ServerAddress } from "./judge-server.ts";
import { AddressBook, type Resolve, resolveByDns, resolveBySystem } from "./resolve.ts";

export interface ServerBookOptions {
  /** What the operator opens beyond the public internet. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Replaces both resolvers: name servers for public names, the system's for opened ones. */
  readonly resolve?: Resolve | undefined;
  /** Which ports of the public internet may be used; all unless given. */
  readonly publicPort?: (port: number) => boolean;
}

export type NoServer =
  | { readonly kind: "unresolved"; readonly message: string }
  | { readonly kind: "refused"; readonly code: "address_forbidden" | "port_forbidden"; readonly message: string };

/**
 * Where servers of other protocols than HTTP may be reached, by the guard of every request: a name is looked up, each
 * address checked, and a connection is to be made only to one that was, by its number.
 */
export class ServerBook {
  readonly #options: ServerBookOptions;
  readonly #publicNames: AddressBook;
  readonly #openedNames: AddressBook;

  constructor(options: ServerBookOptions) {
    this.#options = options;
    this.#publicNames = new AddressBook(options.resolve ?? resolveByDns(null), options.nowMs);
    this.#openedNames = new AddressBook(options.resolve ?? resolveBySystem, options.nowMs);
  }

  async find(target: Target): Promise<readonly ServerAddress[] | NoServer> {
    const { allow, publicPort = () => true } = this.#options;
    let found: readonly Address[];
    try {
      const names = nameIsAllowed(allow, target.host, target.port) ? this.#openedNames : this.#publicNames;
      found = target.address === null ? await names.lookup(target.host) : [target.address];
    } catch (error) {
      return { kind: "unresolved", message: `${target.host} could not be resolved: ${messageOf(error)}.` };
    }
    const judged = judgeServer(allow, target, found, publicPort(target.port));
    if (judged.length > 0) return judged;
    const { code, message } = refuseAddresses(target, found);
    if (code === "port_forbidden")
      return { kind: "refused", code, message: `Port ${target.port} of ${target.host} may not be used.` };
    return { kind: "refused", code: "address_forbidden", message };
  }
}
