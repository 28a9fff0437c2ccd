/** The part of a server process that answers (API, webhooks, page), and the installation's own turns beside it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { createSelfCaller } from "./adapters/call-self/call-self.ts";
import { tryHandshake } from "./adapters/call-self/try-handshake.ts";
import { lookAtProjects } from "./adapters/project-databases/look-at-projects.ts";
import { createSyslog } from "./adapters/syslog/send-syslog.ts";
import { readCertificate } from "./adapters/tls/certificate.ts";
import { type CertificateWatch, watchCertificate } from "./adapters/tls/watch-certificate.ts";
import { createSinkDelivery } from "./audit/deliver-sinks.ts";
import { createHeadSigner } from "./audit/sign-heads.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import { FILE_LIMITS, type FileParts } from "./files/file-parts.ts";
import { startSweeping } from "./files/start-sweeping.ts";
import { createUploadSlots } from "./files/upload-slots.ts";
import { publishOwnFlow } from "./flows/publish-own-flow.ts";
import { createImportTurns } from "./data/import-turns.ts";
import { createVerifySignature } from "./gate/verify-signature.ts";
import { type Closers, type Ground, ROOT } from "./ground.ts";
import { createHttpServer, type HttpServer } from "./http/create-http-server.ts";
import { dryEnter } from "./http/dry-enter.ts";
import { HTTP_LIMITS, type HttpParts } from "./http/http-parts.ts";
import { createRequestLog } from "./http/request-log.ts";
import { openSigningKey } from "./keyring/open-signing-key.ts";
import { createMailer } from "./mail/create-mailer.ts";
import { MAIL_FLOW, MAIL_SLUG } from "./mail/mail-flow.ts";
import { endMemberships } from "./people/end-memberships.ts";
import type { Installed } from "./people/first-start.ts";
import { forgetPerson } from "./people/forget-person.ts";
import { checkDomains } from "./people/sign-on-domain-checks.ts";
import { purgeAccounts } from "./people/purge-accounts.ts";
import { createPurgeDeleted } from "./people/purge-deleted.ts";
import { shredAgain } from "./people/shred-again.ts";
import { createProve } from "./prove/create-prove.ts";
import { createReseal } from "./keyring/reseal.ts";
import { peopleOutside, resealTools } from "./people-outside.ts";
import { repeat } from "./repeat.ts";
import { findCredential } from "./store/credentials.ts";
import { INSTALLATION_SCOPE } from "./store/installation.ts";

export interface Served {
  readonly address: string;
  readonly link: string;
}

const HEADS_MS = 5 * 60_000;
const SINKS_MS = 10_000;
const PURGE_MS = 3_600_000;
const RESEAL_MS = 10_000;
const PURGE_DELETED_MS = 60_000;
const DAY_MS = 86_400_000;

/** Begins to answer at the configured address. */
export async function serve(
  ground: Ground,
  entry: Entry,
  built: Built,
  installed: Installed,
  closers: Closers,
): Promise<Served> {
  const { config } = ground;
  const parts = partsOf(ground, entry, built, closers);
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

function partsOf(ground: Ground, entry: Entry, built: Built, closers: Closers): Omit<HttpParts, "readinessFacts"> {
  const { config, db, clock, ids, log, keys } = ground;
  const { database, dispatch } = db;
  const { projects, versions, kinds, routes, changes, engine } = built;
  const { identity, denials, rateLimits, recordAct } = entry;
  const requestLog = createRequestLog({ database, dispatch, clock, ids, log });
  closers.push(() => requestLog.close());
  const version = readVersion();
  const people = peopleOutside(ground, entry, built);
  const shared = { database, dispatch, clock, ids, log };
  return {
    ...shared,
    projects,
    versions,
    kinds,
    routes,
    changes,
    engine: engine.engine,
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
    installation: {
      version,
      signUp: config.signUp,
      minimumAge: config.minimumAge,
      tls: tlsOf(ground),
      home: ground.home.folder,
      mail: config.mail
        ? { host: config.mail.server.host, from: config.mail.from }
        : { inbox: config.publicUrl === null && /^(?:127\.|\[?::1|localhost)/.test(config.host) },
    },
    prove: prover(ground, entry, built, closers),
    people,
    signOn: entry.signOn,
    files: filesOf(ground, built),
    tables: { ...shared, databases: built.databases, imports: createImportTurns() },
    verifySignature: createVerifySignature({
      findCredential: (scope, slug) => findCredential(database, scope, slug),
      keysOf: async (scope) => (await projects.get(scope)).keys,
    }),
    readiness: {
      database: async () => (await database.query({ text: "select 1 as one" })).count === 1,
      worker: () => engine.lease.stands(),
      journal: () => !engine.parts.journal.stalled(),
    },
  };
}

function tlsOf({ config }: Ground): HttpParts["installation"]["tls"] {
  if (config.tls) return "own";
  return config.publicUrl?.startsWith("https:") ? "proxy" : "none";
}

function filesOf({ config, db, clock, ids, log, keysOf }: Ground, built: Built): FileParts {
  const limits = {
    ...FILE_LIMITS,
    volumeBytesMax: config.files.volumeBytesMax,
    versionsMax: config.files.versionsMax,
    versionMs: config.files.versionDays * DAY_MS,
  };
  const { database } = db;
  return { database, blobs: built.blobs, keysOf, clock, ids, uploads: createUploadSlots(limits), limits, log };
}

function prover(ground: Ground, { identity }: Entry, built: Built, closers: Closers): HttpParts["prove"] {
  const { config, db, keyring, keys, clock, ids, log } = ground;
  const { database, dispatch, databasesWay: way } = db;
  const caller = createSelfCaller(() => ground.address);
  closers.push(() => caller.close());
  return createProve({
    database,
    dispatch,
    identityDatabase: db.identity,
    identity,
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
    facts: () => ({
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
    }),
  });
}

/** What the installation does by itself: its mail, the audit's heads and sinks, and the end of what has run its time. */
async function startTurns(
  ground: Ground,
  { identity, recordAct }: Entry,
  built: Built,
  parts: Omit<HttpParts, "readinessFacts">,
  closers: Closers,
): Promise<void> {
  const { config, db, clock, log, egress, keysOf } = ground;
  const { database, dispatch } = db;
  await publishOwnFlow({ ...parts, kinds: built.ownKinds }, MAIL_SLUG, MAIL_FLOW);
  const mailer = createMailer({
    database,
    clock,
    projects: built.projects,
    versions: built.versions,
    engine: built.engine.engine,
    notifications: db.notifications,
    sends: built.mailGoesOut,
    log,
  });
  await mailer.start();
  closers.push(() => mailer.stop());
  const sweeping = startSweeping({ ...parts.files, dispatch });
  closers.push(() => sweeping.stop());
  const sinks = createSinkDelivery({
    database,
    dispatch,
    clock,
    egress,
    syslog: createSyslog({ allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() }),
    keys: () => keysOf(INSTALLATION_SCOPE),
    log,
  });
  for (const stop of [
    repeat(clock, HEADS_MS, "signing the audit's heads", () => parts.heads.tick(), log),
    repeat(clock, HEADS_MS, "looking at domains", () => checkDomains({ ...parts, signOn: parts.signOn }), log),
    repeat(clock, SINKS_MS, "sending the audit", () => sinks.tick(), log),
    ...endingTurns(ground, { identity, recordAct }, built, parts),
  ])
    closers.push(stop);
  closers.push(() => Promise.resolve(sinks.close()));
}

/** The end of what has run its time: deleted accounts, projects and organizations, and keys that were rotated away. */
function endingTurns(
  ground: Ground,
  { identity, recordAct }: Pick<Entry, "identity" | "recordAct">,
  built: Built,
  parts: Omit<HttpParts, "readinessFacts">,
): (() => Promise<void>)[] {
  const { db, clock, log } = ground;
  const purge = createPurgeDeleted(parts);
  const reseal = createReseal(resealTools(ground, built));
  const accounts = {
    identity,
    identityDatabase: db.identity,
    clock,
    recordAct,
    endMemberships: (account: string) => parts.accounts.endMemberships(account),
    forgetPerson: (account: string) => forgetPerson(parts, account),
  };
  return [
    repeat(clock, PURGE_DELETED_MS, "purging what was deleted", () => purge.turn(), log),
    repeat(clock, RESEAL_MS, "sealing with new keys", () => reseal.turn(), log),
    repeat(clock, PURGE_MS, "erasing deleted accounts", () => purgeAccounts(accounts), log),
  ];
}

function readVersion(): string {
  const manifest = readFileSync(path.join(ROOT, "server", "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
