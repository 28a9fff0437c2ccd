/** The part of a server process that answers: API, webhooks and page. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Built, Ground } from "./app.ts";
import { AppError } from "./core/errors.ts";
import { messageOf } from "./core/thrown.ts";
import { createVerifySignature } from "./gate/verify-signature.ts";
import { createHttpServer } from "./http/create-http-server.ts";
import { HTTP_LIMITS } from "./http/http-parts.ts";
import type { Installed } from "./people/first-start.ts";
import { findCredential } from "./store/credentials.ts";

export interface Served {
  readonly address: string;
  readonly link: string;
  close(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, "..", "..");

/** Begins to answer at the configured address. */
export async function serve(ground: Ground, built: Built, installed: Installed): Promise<Served> {
  const { config, db, clock, ids, log } = ground;
  const { projects, versions, kinds } = built;
  const { database, dispatch } = db;
  let address = `${config.tls ? "https" : "http"}://${config.host}:${config.port}`;
  const server = await createHttpServer(
    {
      database,
      dispatch,
      clock,
      ids,
      projects,
      versions,
      kinds,
      routes: built.routes,
      engine: built.engine.engine,
      changes: built.changes,
      verifySignature: createVerifySignature({
        findCredential: (scope, slug) => findCredential(database, scope, slug),
        keysOf: async (scope) => (await projects.get(scope)).keys,
      }),
      get publicUrl() {
        return config.publicUrl ?? address; // with port 0 the address is known once it is bound
      },
      readiness: {
        database: async () => (await database.query({ text: "select 1 as one" })).count === 1,
        worker: () => built.engine.lease.stands(),
      },
      log,
    },
    {
      tls: config.tls && { ...readPem(config.tls), minVersion: "TLSv1.3" },
      pageFolder: path.join(ROOT, "web", "dist"),
      examplesFolder: path.join(ROOT, "examples"),
      version: readVersion(),
      limits: HTTP_LIMITS,
    },
  );
  address = await server.listen(config.host, config.port);
  const { organization, project, member } = installed;
  const close = async (): Promise<void> => {
    const closed = server.close();
    built.engine.parts.watch.close(); // who waits for a run is answered with the run, at once
    await closed;
  };
  return {
    address,
    link: server.createEntryLink({ scope: { organization, project }, member }),
    close,
  };
}

function readPem(files: { readonly cert: string; readonly key: string }): {
  readonly cert: string;
  readonly key: string;
} {
  return { cert: readText(files.cert), key: readText(files.key) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AppError("start_refused", `${file} can't be read: ${messageOf(error)}`, { file });
  }
}

function readVersion(): string {
  const manifest = readFileSync(path.join(ROOT, "server", "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
