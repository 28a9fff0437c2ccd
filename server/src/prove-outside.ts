/** `steward prove` put together: what its checks look at, and the ways by which they come. */
import { createSelfCaller } from "./adapters/call-self/call-self.ts";
import { tryHandshake } from "./adapters/call-self/try-handshake.ts";
import { lookAtProjects } from "./adapters/project-databases/look-at-projects.ts";
import { createHeadSigner } from "./audit/sign-heads.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import type { ConnectionsOutside } from "./connections/connection-parts.ts";
import type { Closers, Ground } from "./ground.ts";
import { dryEnter } from "./http/dry-enter.ts";
import { openSigningKey } from "./keyring/open-signing-key.ts";
import type { ProveFacts, ProveParts } from "./prove/check.ts";
import { createProve, type Prove } from "./prove/create-prove.ts";
import { trialOutside } from "./trial-outside.ts";

export function proveOutside(
  ground: Ground,
  entry: Entry,
  built: Built,
  connections: ConnectionsOutside,
  closers: Closers,
): Prove {
  const { db, keyring, keys, clock, ids, log } = ground;
  const { database, dispatch, databasesWay: way } = db;
  const caller = createSelfCaller(() => ground.address);
  closers.push(() => caller.close());
  return createProve({
    database,
    dispatch,
    identityDatabase: db.identity,
    identity: entry.identity,
    keyring,
    masterKey: () => keys.sources.master.describe(),
    blobs: built.blobs,
    heads: createHeadSigner({ database, dispatch, clock, log, openKey: () => openSigningKey(keys.sources) }),
    clock,
    ids,
    call: (call) => caller.call(call),
    projectsApart: way && lookAtProjects(way, (line) => log(line)),
    handshake: (version) => tryHandshake(ground.address, version),
    dryEnter: (asked) => dryEnter({ database, dispatch, clock }, asked),
    withTrial: trialOutside(ground, entry, built, connections),
    kinds: built.kinds,
    connectors: built.connections.own,
    facts: () => factsOf(ground),
    callUnlisted: (url) => callUnlisted(ground, url),
  });
}

function factsOf(ground: Ground): ProveFacts {
  const { config } = ground;
  return {
    address: ground.address,
    publicUrl: ground.publicUrl(),
    tlsMin: config.tls ? config.tlsMin : null,
    minimumAge: config.minimumAge,
    signUp: config.signUp,
    google: config.providers.google !== undefined,
    smtp: config.mail !== null,
    regions: config.regions,
    storeRegion: config.storeRegion,
    host: config.host,
    proxies: config.proxies.trusted.length,
    callsPerMinute: config.callsPerMinute,
    subProcessors: ground.own.listed(),
    startedMs: ground.startedMs,
  };
}

const UNLISTED_MS_MAX = 5_000;

/** As the installation's own mail, sign-in or keys would be asked for. */
function callUnlisted({ own }: Ground, url: string): ReturnType<ProveParts["callUnlisted"]> {
  return own.way("key_service").request({
    method: "GET",
    url,
    headers: [],
    body: null,
    timeoutMs: UNLISTED_MS_MAX,
    responseBytesMax: 1024,
    redirectsMax: 0,
    hosts: null,
    secretHeaders: [],
    signal: AbortSignal.timeout(UNLISTED_MS_MAX),
  });
}
