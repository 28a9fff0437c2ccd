import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyTools } from "./key-tools.ts";
import { localMasterKey } from "./local-master-key.ts";
import { newMasterKeyText } from "./open-master-key.ts";
import { rotateMaster } from "./rotate-master.ts";

/**
 * Gives a home that keeps its master key in a file a new one: `master.next.key` is made, everything is put under it,
 * and it takes the file's place. Cut off at any point it may be repeated, by this process or after a restart.
 * `start_refused` when the home has no such file.
 */
export async function rotateMasterFile(tools: KeyTools): Promise<{ rewrapped: number }> {
  const { files, fillRandom } = tools;
  const former = await files.read("master");
  if (former === null) throw new AppError("start_refused", "this home keeps no master key in a file");
  const made = newMasterKeyText(fillRandom);
  await tools.lock(() => files.create("master-next", made)); // what a rotation before has left stays
  made.fill(0);
  const next = await files.read("master-next");
  invariant(next, "the next master key was just made");
  const [from, to] = [former, next].map((bytes) =>
    localMasterKey(Buffer.from(bytes).toString(), "the master key file", fillRandom),
  );
  const same = Buffer.from(former).equals(next); // cut off just before its end
  const done = same ? { rewrapped: 0 } : await rotateMaster(tools, from!, to!);
  await tools.lock(async () => {
    if (!same && !(await files.replace("master", former, next))) {
      throw new AppError(
        "conflict",
        "the master key file was changed during the rotation: look at it, then rotate again",
      );
    }
    await files.remove("master-next");
    await files.sweep("master");
  });
  return done;
}
