import type { BlobStore } from "../core/ports/blob-store.ts";
import { countBlobs, lockBlobs } from "../store/blobs.ts";
import type { ContentPurpose, Place, ProjectKeys } from "./keyring.ts";
import { LEFT_MAX, resealOr, type ResealPart } from "./reseal-part.ts";

/** As what a blob may have been sealed; its address is its row. */
export interface BlobSealing {
  readonly purpose: ContentPurpose;
  readonly place: Place;
}

/** Each is in memory twice for a moment, and whoever stores the same content again waits for the page. */
const PAGE = 4;

/**
 * The project's blobs: of runs and of files, which alone can tell which they are. While a blob is written its row is held,
 * so that no sweep removes it in between; a blob that isn't there is being put right now, under the new key, or removed.
 */
export function blobPart(name: string, blobs: BlobStore, sealings: readonly BlobSealing[]): ResealPart {
  return {
    name,
    class: "content",
    appendOnly: false,
    async walk(tx, { project }, keys, { after }) {
      const from = after?.[0] === undefined ? Buffer.alloc(0) : Buffer.from(after[0], "hex");
      const page = await lockBlobs(tx, project, from, PAGE);
      let [resealed, kept] = [0, 0];
      for (const address of page) {
        const sealed = await blobs.get(project, address);
        if (sealed === null) continue;
        const anew = resealAny(keys, sealings, address, sealed);
        if (anew === "damaged") kept++;
        else if (anew !== null) {
          await blobs.replace(project, address, anew);
          resealed++;
        }
      }
      return { resealed, kept, after: page.length < PAGE ? null : [page.at(-1)!.toString("hex")] };
    },
    holds: () => Promise.resolve(null),
    left: (database, scope, { after }) =>
      countBlobs(database, scope, after?.[0] === undefined ? Buffer.alloc(0) : Buffer.from(after[0], "hex"), LEFT_MAX),
  };
}

function resealAny(
  keys: ProjectKeys,
  sealings: readonly BlobSealing[],
  address: Buffer,
  sealed: Buffer,
): Buffer | null | "damaged" {
  for (const { purpose, place } of sealings) {
    const anew = resealOr(() => keys.reseal(purpose, place, address, sealed));
    if (anew !== "damaged") return anew;
  }
  return "damaged";
}
