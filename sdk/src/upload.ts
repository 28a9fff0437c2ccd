/** An upload that says how far it is: browsers tell of what `fetch` has sent nowhere, of what XMLHttpRequest has sent they do. */
import type { Fetch } from "./request.ts";

/** Told how much of the body is on its way, in bytes; at the end the whole. */
export type UploadProgress = (sentBytes: number) => void;

/** The subset of XMLHttpRequest that an upload needs. */
export interface UploadRequest {
  readonly status: number;
  readonly responseText: string;
  readonly responseURL: string;
  readonly upload: { addEventListener(type: "progress", tell: (event: { readonly loaded: number }) => void): void };
  addEventListener(type: "load" | "error" | "abort", tell: () => void): void;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Blob | string | Uint8Array<ArrayBuffer> | null): void;
  abort(): void;
}

/** How the platform makes one; null where it has none (Node). */
export function platformRequest(): (() => UploadRequest) | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- browsers' types are not known where the SDK is compiled for Node
  const Request = Reflect.get(globalThis, "XMLHttpRequest") as (new () => UploadRequest) | undefined;
  return Request === undefined ? null : () => new Request();
}

/**
 * A `fetch` by XMLHttpRequest that tells its progress. It takes bodies whose size is known, sends the cookies of its own
 * origin only, and refuses redirects. The answer is read whole as text, so it is for small answers.
 */
export function createUploadFetch(newRequest: () => UploadRequest, progress: UploadProgress): Fetch {
  return (url, { method = "PUT", headers = {}, body, signal }) =>
    new Promise<Response>((resolve, reject) => {
      const request = newRequest();
      const abort = () => request.abort();
      const over = (act: () => void) => () => {
        signal?.removeEventListener("abort", abort);
        act();
      };
      request.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
      const loaded = () => {
        // A redirect was followed before anybody could say no: its answer is not the one that was asked for.
        if (request.responseURL !== "" && request.responseURL !== url) reject(new TypeError("redirected"));
        else resolve(responseOf(request));
      };
      request.addEventListener("load", over(loaded));
      request.addEventListener(
        "error",
        over(() => reject(new TypeError("the connection failed"))),
      );
      request.addEventListener(
        "abort",
        over(() => reject(signal?.reason ?? new TypeError("aborted"))),
      );
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", abort, { once: true });
      request.open(method, url);
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      if (body === null || body === undefined || typeof body === "string") return request.send(body ?? null);
      if (body instanceof Blob) return request.send(body);
      if (body instanceof Uint8Array && body.buffer instanceof ArrayBuffer)
        return request.send(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
      over(() => reject(new TypeError("an upload with progress takes a Blob, bytes or a text")))();
    });
}

function responseOf(request: UploadRequest): Response {
  const { status, responseText } = request;
  const retryAfter = request.getResponseHeader("retry-after");
  const headers = retryAfter === null ? {} : { "retry-after": retryAfter };
  // Statuses that may have no body, as the Response constructor has it (Fetch standard, section 2.2.3).
  const empty = [101, 103, 204, 205, 304].includes(status);
  return new Response(empty ? null : responseText, { status, headers });
}
