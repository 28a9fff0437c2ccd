/** The part of a server process that answers (API, webhooks, page), and the installation's own turns beside it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readCertificate } from "./adapters/tls/certificate.ts";
import { type CertificateWatch, watchCertificate } from "./adapters/tls/watch-certificate.ts";
import { createHeadSigner } from "./audit/sign-heads.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import type { ConnectionsOutside } from "./connections/connection-parts.ts";
import { connectionsOutside } from "./connections-outside.ts";
import { boundsOutside } from "./bounds-outside.ts";
import { filesOutside } from "./files-outside.ts";
import { createImportTurns } from "./data/import-turns.ts";
import { eventParts } from "./events-outside.ts";
import { createVerifySignature } from "./gate/verify-signature.ts";
import { createVerifySlack } from "./gate/verify-slack.ts";
import { type Closers, type Ground, ROOT } from "./ground.ts";
import { createHttpServer, type HttpServer } from "./http/create-http-server.ts";
import { HTTP_LIMITS, type HttpParts } from "./http/http-parts.ts";
import { createRequestLog } from "./http/request-log.ts";
import { importsOutside } from "./imports-outside.ts";
import { installationOutside } from "./installation-outside.ts";
import { openSigningKey } from "./keyring/open-signing-key.ts";
import { endMemberships } from "./people/end-memberships.ts";
import type { Installed } from "./people/first-start.ts";
import { shredAgain } from "./people/shred-again.ts";
import { peopleOutside } from "./people-outside.ts";
import { proveOutside } from "./prove-outside.ts";
import { findCredential } from "./store/credentials.ts";
import type { Scope } from "./store/scope.ts";
import { startEnding, startRevoking, startTurns } from "./own-turns.ts";

export interface Served {
  readonly address: string;
  readonly link: string;
}

/** Begins to answer at the configured address. */
export async function serve(
  ground: Ground,
  entry: Entry,
  built: Built,
  installed: Installed,
  closers: Closers,
): Promise<Served> {
  const { config } = ground;
  const { outside: connections, revoker } = connectionsOutside(ground, built, built.words);
  const parts = partsOf(ground, entry, built, connections, closers);
  const certificate = config.tls && readCertificate(config.tls);
  const watch: { current: CertificateWatch | null } = { current: null };
  const server = await createHttpServer(
    {
      ...parts,
      get publicUrl() {
        return ground.publicUrl(); // with port 0 the address is known once it is bound
      },
      readinessFacts: () => (watch.current ? { certificateDaysLeft: watch.current.daysLeft() } : {}),
    },
    {
      tls: certificate && { key: certificate.key, cert: certificate.cert, minVersion: config.tlsMin },
      proxies: config.proxies,
      pageFolder: path.join(ROOT, "web", "dist"),
      examplesFolder: path.join(ROOT, "examples"),
      version: readVersion(),
      limits: HTTP_LIMITS,
    },
  );
  closers.push(async () => {
    const closed = server.close();
    built.engine.parts.watch.close(); // who waits for a run is answered with the run, at once
    await closed;
  });
  const putBack = await shredAgain(parts);
  if (putBack > 0)
    ground.log(`destroyed the keys of ${putBack} shredded projects again, whose files had been put back`);
  await startTurns(ground, entry, built, parts, closers);
  startEnding(ground, built, closers);
  await startRevoking(ground, built, parts, revoker, closers);
  ground.address = await server.listen(config.host, config.port);
  if (config.tls && certificate) watch.current = watchTls(ground, server, certificate, closers);
  return { address: ground.address, link: server.createEntryLink({ account: installed.account }) };
}

function watchTls(
  { config, clock, log }: Ground,
  server: HttpServer,
  first: ReturnType<typeof readCertificate>,
  closers: Closers,
): CertificateWatch {
  const watch = watchCertificate({
    files: config.tls!,
    first,
    use: ({ key, cert }) => server.renewCertificate({ key, cert, minVersion: config.tlsMin }),
    clock,
    log,
  });
  const reload = (): void => watch.reload();
  process.on("SIGHUP", reload);
  closers.push(() => {
    process.off("SIGHUP", reload);
    watch.close();
    return Promise.resolve();
  });
  return watch;
}

function partsOf(
  ground: Ground,
  entry: Entry,
  built: Built,
  connections: ConnectionsOutside,
  closers: Closers,
): Omit<HttpParts, "readinessFacts"> {
  const { db, clock, ids, log, keys } = ground;
  const { database, dispatch } = db;
  const { projects, versions, kinds, routes, changes, engine } = built;
  const { identity, denials, rateLimits, recordAct } = entry;
  const requestLog = createRequestLog({ database, dispatch, clock, ids, log });
  closers.push(() => requestLog.close());
  const version = readVersion();
  const people = peopleOutside(ground, entry, built, connections);
  const shared = { database, dispatch, clock, ids, log };
  return {
    ...shared,
    projects,
    versions,
    kinds,
    connectors: built.connections.connectors,
    routes,
    changes,
    engine: engine.engine,
    ...eventParts(ground, built),
    identity,
    denials,
    rateLimits,
    requestLog,
    publicUrl: "",
    accounts: {
      mailGoesOut: built.mailGoesOut,
      version,
      recordAct,
      endMemberships: (account) => endMemberships({ ...shared, people }, account),
    },
    heads: createHeadSigner({ ...shared, openKey: () => openSigningKey(keys.sources) }),
    installation: installationOutside(ground, version),
    prove: proveOutside(ground, entry, built, connections, closers),
    people,
    signOn: entry.signOn,
    ...boundsOutside(ground, entry, built),
    connections,
    ...deliveryParts(ground, built),
    imports: importsOutside(
      built.imported,
      ground.keysOf,
      built.words,
      { egress: ground.egress, note: ground.ledger.note },
      closers,
    ),
    files: filesOutside(ground, built),
    tables: { ...shared, databases: built.databases, imports: createImportTurns() },
    readiness: readinessOf(ground, built),
  };
}

/** Whether what providers send is theirs. */
function deliveryParts(
  { db: { database }, log }: Ground,
  { projects, approvals }: Built,
): Pick<HttpParts, "interactivity" | "verifySignature"> {
  const keysOf = async (scope: Scope) => (await projects.get(scope)).keys;
  return {
    interactivity: {
      verify: createVerifySlack({ database, keysOf, log }),
      hear: (scope, pressed) => approvals.hear(scope, pressed),
    },
    verifySignature: createVerifySignature({
      findCredential: (scope, slug) => findCredential(database, scope, slug),
      keysOf,
    }),
  };
}

function readinessOf({ db: { database } }: Ground, { engine }: Built): HttpParts["readiness"] {
  return {
    database: async () => (await database.query({ text: "select 1 as one" })).count === 1,
    worker: () => engine.lease.stands(),
    journal: () => !engine.parts.journal.stalled(),
  };
}

function readVersion(): string {
  const manifest = readFileSync(path.join(ROOT, "server", "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
