/** What an operator does on the server's own machine, beside the running server: it has the keys and the database, and needs no permission. */
import type { Config } from "./config.ts";
import { AppError } from "./core/errors.ts";
import { parseId } from "./core/id.ts";
import { openGround, type Closers, type Ground } from "./ground.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { rotateMasterFile } from "./keyring/rotate-master-file.ts";
import { rotateSigningKey } from "./keyring/rotate-signing-key.ts";
import { openWords } from "./open-words.ts";
import { liftEnforcement } from "./people/sign-on-enforcement.ts";

type Line = (line: string) => void;

/** Stands on no list of workers: it holds no keys that others would have to tell it of. */
const NO_WORKER = "";
/** Nor does it perform effects. */
const REMEMBERS_NOTHING = { changed: () => undefined, revoked: async () => [] };

async function beside<T>(config: Config, line: Line, act: (ground: Ground, tools: KeyTools) => Promise<T>): Promise<T> {
  const closers: Closers = [];
  try {
    const ground = await openGround(config, "worker", line, closers);
    const { keyTools } = await openWords(ground, () => NO_WORKER, REMEMBERS_NOTHING);
    return await act(ground, keyTools);
  } finally {
    for (const close of closers.splice(0).toReversed()) await close();
  }
}

export async function rotateMasterHere(config: Config, line: Line): Promise<{ readonly rewrapped: number }> {
  return await beside(config, line, async (_, tools) => await rotateMasterFile(tools));
}

export async function rotateSigningHere(
  config: Config,
  line: Line,
): Promise<{ readonly keyId: string; readonly publicKey: string }> {
  return await beside(config, line, async (_, tools) => {
    const { keyId, publicKey } = await rotateSigningKey(tools);
    return { keyId, publicKey };
  });
}

/** Throws `not_found` for an organization that isn't there. */
export async function liftSignOnHere(config: Config, shown: string, line: Line): Promise<boolean> {
  const organization = parseId("org", shown);
  if (organization === null) throw new AppError("not_found", `There is no organization ${shown}.`);
  return await beside(
    config,
    line,
    async ({ db, clock }) => await liftEnforcement({ database: db.database, clock }, organization),
  );
}
