import { expect, test } from "vitest";
import { createUploadFetch, type UploadRequest } from "./upload.ts";

type Made = UploadRequest & { readonly said: string[]; readonly tell: (type: string, loaded?: number) => void };

/** A request whose answer the test gives. */
function request(answer: Partial<UploadRequest> = {}): Made {
  const said: string[] = [];
  const listeners = new Map<string, (event: { loaded: number }) => void>();
  const tell = (type: string, loaded = 0) => listeners.get(type)?.({ loaded });
  const listen = (type: string, act: (event: { loaded: number }) => void) => void listeners.set(type, act);
  return {
    said,
    tell,
    status: 200,
    responseText: "{}",
    responseURL: "",
    upload: { addEventListener: listen },
    addEventListener: listen,
    open: (method, url) => void said.push(`${method} ${url}`),
    setRequestHeader: (name, value) => void said.push(`${name}: ${value}`),
    getResponseHeader: (name) => (name === "retry-after" ? "7" : null),
    send: (body) => void said.push(`sent ${typeof body === "string" ? body : "bytes"}`),
    abort: () => tell("abort"),
    ...answer,
  };
}

const URL_OF = "http://steward.test/v1/files/content?path=a.txt";

test("it sends what fetch was given, tells how much is out, and gives the answer as fetch does", async () => {
  const made = request({ status: 201, responseText: '{"a":1}', responseURL: URL_OF });
  const told: number[] = [];
  const fetch = createUploadFetch(
    () => made,
    (bytes) => void told.push(bytes),
  );
  const answer = fetch(URL_OF, { method: "PUT", headers: { "steward-project": "prj_1" }, body: "hello" });
  expect(made.said).toEqual([`PUT ${URL_OF}`, "steward-project: prj_1", "sent hello"]);
  made.tell("progress", 3);
  made.tell("progress", 5);
  made.tell("load");
  const response = await answer;
  expect(told).toEqual([3, 5]);
  expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([201, "7", { a: 1 }]);
});

test("an abort ends it with the caller's own reason, before and while it goes out", async () => {
  const why = new Error("cancelled by the person");
  const early = createUploadFetch(request, () => undefined)(URL_OF, { body: "", signal: AbortSignal.abort(why) });
  await expect(early).rejects.toBe(why);
  const stop = new AbortController();
  const late = createUploadFetch(request, () => undefined)(URL_OF, { body: "", signal: stop.signal });
  stop.abort(why);
  await expect(late).rejects.toBe(why);
});

test("an answer from elsewhere and a lost connection are errors", async () => {
  const led = request({ responseURL: "http://elsewhere.test/" });
  const redirected = createUploadFetch(
    () => led,
    () => undefined,
  )(URL_OF, { body: "" });
  led.tell("load");
  await expect(redirected).rejects.toThrow("redirected");
  const cut = request();
  const lost = createUploadFetch(
    () => cut,
    () => undefined,
  )(URL_OF, { body: "" });
  cut.tell("error");
  await expect(lost).rejects.toThrow("the connection failed");
});

test("a body that is neither text, bytes nor file is refused", async () => {
  const fetch = createUploadFetch(request, () => undefined);
  await expect(fetch(URL_OF, { method: "PUT", body: new FormData() })).rejects.toThrow("takes a Blob, bytes or a text");
});
