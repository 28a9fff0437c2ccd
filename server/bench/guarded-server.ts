/**
 * The same two routes twice, in one process on the bench's database: as they are served, and with everybody taken for
 * one key, without limits and without the request log. What lies between the two is what it costs to know who calls and
 * whether they may. The open one is no part of the product.
 */
import { systemClock } from "../src/adapters/system/system-clock.ts";
import { buildEntry, type Entry } from "../src/build-entry.ts";
import { readConfig } from "../src/config.ts";
import { createProjects } from "../src/engine/projects.ts";
import { openGround, type Closers, type Ground } from "../src/ground.ts";
import { createAuthenticate, sha256, type Authenticate } from "../src/http/authenticate.ts";
import { createHostGuard } from "../src/http/check-host.ts";
import { createEntryLinks } from "../src/http/entry-links.ts";
import { HTTP_LIMITS, type HttpParts } from "../src/http/http-parts.ts";
import { newFastify, type Guards } from "../src/http/new-fastify.ts";
import { problemOf } from "../src/http/problem.ts";
import { registerRoutes, type RouteSurface } from "../src/http/register-routes.ts";
import { createRequestLog } from "../src/http/request-log.ts";
import { sessionHandlers } from "../src/http/session.ts";
import { createCameFrom, NO_PROXIES } from "../src/http/trusted-proxies.ts";
import { variableHandlers } from "../src/http/variables.ts";
import { findKeyAccess } from "../src/store/access.ts";
import { showId } from "../src/core/id.ts";
import { invariant } from "../src/core/invariant.ts";
import { serveParent } from "./parent.ts";

const HOST = "127.0.0.1";
/** So that not all who ask at once are one. */
const SESSIONS = 8;
const settings = { tls: null, pageFolder: "", examplesFolder: "", version: "", limits: HTTP_LIMITS };

const closers: Closers = [];
const config = readConfig(process.env, process.cwd());
const ground = await openGround(config, "worker", (line) => void process.stderr.write(`${line}\n`), closers);
const entry = buildEntry(ground, closers);
const parts = partsOf(ground, entry);
const { caller, ...told } = await known(ground, entry);
const requestLog = createRequestLog({ ...parts, ids: ground.ids });
closers.push(() => requestLog.close());
const guarded = await serve(createAuthenticate(parts), { limits: entry.rateLimits, requestLog });
const open = await serve(() => Promise.resolve(caller), { limits: null, requestLog: null });
serveParent(
  { guarded, open, ...told },
  () => Promise.resolve({ cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 }),
  async () => {
    for (const close of closers.toReversed()) await close();
  },
);

/** Only what these routes use of the whole. */
function partsOf({ db, clock, ids, log, keyring }: Ground, { identity, denials }: Entry): HttpParts {
  const projects = createProjects(keyring, () => Promise.resolve({}));
  const used = { ...db, clock, ids, log, projects, identity, denials, publicUrl: `http://${HOST}` };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two handlers of all are registered
  return used as unknown as HttpParts;
}

/** The bench's key as a caller, and sessions of its owner. */
async function known({ db, ids }: Ground, { identity }: Entry) {
  const key = await findKeyAccess(db.dispatch, sha256(config.apiKey ?? ""));
  invariant(key?.account, "the bench's key is its owner's");
  const cookies: string[] = [];
  for (let session = 0; session < SESSIONS; session++) {
    const [set = ""] = await identity.beginSession(key.account, { address: HOST, userAgent: ids.uuid() });
    cookies.push(set.split(";", 1)[0] ?? "");
  }
  return {
    caller: { kind: "key", id: key.key, shownId: showId("key", key.key), account: key.account, key } as const,
    cookies,
    project: showId("prj", key.project),
  };
}

async function serve(authenticate: Authenticate, guards: Pick<Guards, "limits" | "requestLog">): Promise<string> {
  const hosts = createHostGuard(createCameFrom(NO_PROXIES));
  const problem = (thrown: unknown) => problemOf(thrown, () => ground.ids.uuid(), ground.log);
  const app = newFastify(settings, { hosts, problem, ...guards });
  const handlers = { ...sessionHandlers(parts, createEntryLinks(systemClock, ground.ids)), ...variableHandlers(parts) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the others are not asked for
  registerRoutes(app, parts, { handlers, authenticate } as unknown as RouteSurface);
  await app.listen({ host: HOST, port: 0 });
  closers.push(() => app.close());
  const bound = app.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  hosts.serve({ host: HOST, publicUrl: `http://${HOST}:${port}` }, port);
  return `http://${HOST}:${port}`;
}
