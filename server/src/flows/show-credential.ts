import type { Credential } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { CredentialFacts } from "../store/credentials.ts";
import { showTime } from "./show-flow.ts";

/** A credential as it is ever shown. */
export function showCredential({ slug, kind, hosts, setAt, setBy }: CredentialFacts): Credential {
  return { slug, kind, hosts: [...hosts], setAt: showTime(setAt), setBy: showId("mem", setBy) };
}
