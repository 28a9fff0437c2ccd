import { expect, it, vi } from "vitest";
import { createUploads, type Put, UPLOADS_MAX } from "./create-uploads.ts";

interface Sent {
  readonly path: string;
  readonly progress: (bytes: number) => void;
  readonly arrive: (version?: number) => void;
  readonly fail: (error: Error) => void;
}

/** A volume that stores when the test says so. */
function volume(): { readonly sent: Sent[]; readonly put: Put } {
  const sent: Sent[] = [];
  const put: Put = (path, _file, { signal, progress }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      sent.push({ path, progress, arrive: (version = 1) => resolve({ version }), fail: reject });
    });
  return { sent, put };
}

const file = (path: string) => ({ path, file: new Blob(["12345"]) });
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

it("two go at once, the next when one has arrived, and each tells how far it is", async () => {
  const { sent, put } = volume();
  const stored = vi.fn<() => void>();
  const uploads = createUploads(put, stored);
  expect(uploads.add([file("a"), file("b"), file("c")])).toBe(3);
  expect(sent.map(({ path }) => path)).toEqual(["a", "b"]);
  sent[0]!.progress(3);
  expect(uploads.all()[0]!.state).toEqual({ kind: "going", sentBytes: 3 });
  sent[1]!.arrive(4);
  await settled();
  expect(uploads.all().map(({ state }) => state.kind)).toEqual(["going", "done", "going"]);
  expect(uploads.all()[1]!.state).toEqual({ kind: "done", version: 4 });
  expect(stored).toHaveBeenCalledTimes(1);
});

it("what failed keeps its reason until it is tried again", async () => {
  const { sent, put } = volume();
  const uploads = createUploads(put, () => undefined);
  uploads.add([file("a")]);
  const why = new Error("no room");
  sent[0]!.fail(why);
  await settled();
  const [failed] = uploads.all();
  expect(failed!.state).toEqual({ kind: "failed", error: why });
  uploads.retry(failed!.id);
  sent[1]!.arrive();
  await settled();
  expect(uploads.all().map(({ state }) => state.kind)).toEqual(["done"]);
});

it("one under way and one that waits are cancelled alike, and tried again alike", async () => {
  const { sent, put } = volume();
  const uploads = createUploads(put, () => undefined);
  uploads.add([file("a"), file("b"), file("c")]);
  const [a, , c] = uploads.all();
  uploads.cancel(c!.id);
  uploads.cancel(a!.id);
  await settled();
  expect(uploads.all().map(({ state }) => state.kind)).toEqual(["cancelled", "going", "cancelled"]);
  uploads.retry(c!.id);
  expect(sent.map(({ path }) => path)).toEqual(["a", "b", "c"]);
  uploads.stop();
  await settled();
  expect(uploads.all().every(({ state }) => state.kind === "cancelled")).toBe(true);
});

it("there is a limit to what is under way, and those that are over can be hidden", async () => {
  const { sent, put } = volume();
  const uploads = createUploads(put, () => undefined);
  const many = Array.from({ length: UPLOADS_MAX + 5 }, (_, at) => file(`f${at}`));
  expect(uploads.add(many)).toBe(UPLOADS_MAX);
  expect(uploads.add([file("more")])).toBe(0);
  sent[0]!.arrive();
  await settled();
  expect(uploads.add([file("more"), file("and more")])).toBe(1);
  uploads.stop();
  await settled();
  uploads.clear();
  expect(uploads.all()).toEqual([]);
});

it("a file that is given again takes the place of its failure", async () => {
  const { sent, put } = volume();
  const uploads = createUploads(put, () => undefined);
  uploads.add([file("a")]);
  sent[0]!.fail(new Error("lost"));
  await settled();
  uploads.add([file("a")]);
  expect(uploads.all()).toHaveLength(1);
});
