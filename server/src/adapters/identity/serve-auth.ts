/** The way in: each call under `/v1/auth/` is checked here, before and after the library has its say. */
import { AppError } from "../../core/errors.ts";
import type { Origin } from "../../core/ports/identity.ts";
import { type Admitted, admitAuth, type AdmitParts } from "./admit-auth.ts";
import { inAuthCall } from "./auth-call.ts";
import { afterAuth } from "./after-auth.ts";
import { AUTH_PATHS, type Sent } from "./auth-paths.ts";
import { guardedFetch, withFetch } from "./guarded-fetch.ts";
import { AUTH_PREFIX, loadLibrary, type Library, type LibraryParts } from "./library.ts";
import { providerRefusal } from "./provider-refusal.ts";
import { refusalOf } from "./refusals.ts";
import { SET_PASSWORD, setPassword } from "./set-password.ts";
import { beginStepUp } from "./step-up.ts";

export type DoorParts = Omit<LibraryParts, "fetch"> & AdmitParts;

export interface Door {
  handle(request: Request, origin: Origin): Promise<Response | null>;
  /** Waits for what was answered before it was done. */
  settle(): Promise<void>;
}

/** Calls that were answered and are not done. */
const PENDING_MAX = 100;

export async function createDoor(parts: DoorParts): Promise<Door> {
  const fetch = guardedFetch(parts.signInEgress ?? parts.egress, (host) => parts.noteOutbound(host, "sign_in"));
  const library = await withFetch(fetch, async () => await loadLibrary({ ...parts, fetch }));
  const pending = new Set<Promise<unknown>>();
  const later = (path: string, act: Promise<unknown>): void => {
    const done = act.catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === "internal")
        parts.log(`${path} was answered and then not done`, error);
    });
    pending.add(done);
    void done.finally(() => pending.delete(done));
  };
  return {
    async handle(request, origin) {
      const { pathname } = new URL(request.url);
      const path = pathname.slice(AUTH_PREFIX.length);
      const entry = Object.hasOwn(AUTH_PATHS, path) ? AUTH_PATHS[path]! : null;
      if (!pathname.startsWith(`${AUTH_PREFIX}/`) || entry === null) return null;
      if (entry.method !== request.method)
        throw new AppError("method_not_allowed", `This is called with ${entry.method}.`, { allow: [entry.method] });
      const call = await admitAuth(parts, request, { path, entry, origin });
      const act = async (): Promise<Response> =>
        await withFetch(
          fetch,
          async () => await inAuthCall(call.known, async () => await serve(parts, library, request, call)),
        );
      if (!entry.uniform) return await act();
      if (pending.size >= PENDING_MAX) throw new AppError("overloaded", "Too many mails are being asked for.");
      later(path, act());
      return Response.json({});
    },
    async settle() {
      await Promise.all(pending);
    },
  };
}

async function serve(parts: DoorParts, library: Library, request: Request, call: Admitted): Promise<Response> {
  const { entry, body, known } = call;
  const stepUp = await beginStepUp(parts, known, String(body["code"]));
  const answer =
    known.attempt.path === SET_PASSWORD
      ? await setPassword(parts, known, body)
      : await library.handle(requestFor(parts.publicUrl(), request, call));
  if (answer.status >= 500) throw new Error(`the sign-in library failed at ${known.attempt.path}`);
  const given: unknown = await jsonOf(answer);
  if (answer.status >= 400) {
    const refusal = refusalOf(answer.status, given);
    await afterAuth.refused(parts, known, refusal);
    throw refusal;
  }
  if (answer.status >= 300) return await leadOn(parts, answer);
  await stepUp();
  await afterAuth.done(parts, known, body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own answer, of which the table picks
  return Response.json(entry.give?.(given as Sent) ?? {}, { headers: headersOf(answer) });
}

/** Of the caller's headers the library gets what it needs, and the address nobody but us says. */
function requestFor(publicUrl: string, request: Request, { entry, body, known }: Admitted): Request {
  const headers = new Headers();
  for (const name of ["cookie", "origin", "user-agent", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const base = `${publicUrl}${AUTH_PREFIX}`;
  if (entry.at) return new Request(`${base}${entry.at.path(body)}`, { method: entry.at.method, headers });
  if (entry.method === "GET")
    return new Request(`${base}${known.attempt.path}${new URL(request.url).search}`, { headers });
  headers.set("content-type", "application/json");
  const sent = entry.send?.(body, publicUrl) ?? body;
  return new Request(`${base}${known.attempt.path}`, { method: "POST", headers, body: JSON.stringify(sent) });
}

/** Back from a provider, to our own page and to no other: where the person was going, or to sign in, with our word on why not. */
async function leadOn(parts: DoorParts, answer: Response): Promise<Response> {
  const headers = headersOf(answer);
  const base = parts.publicUrl();
  const location = answer.headers.get("location") ?? "";
  if (!location.startsWith(`${base}/`)) throw new Error("the sign-in library led to another site");
  const reason = providerRefusal(new URL(location));
  if (reason === null) headers.set("location", location);
  else {
    const next = new URL(location).searchParams.get("next");
    const said = new URLSearchParams({ error: "provider", reason, ...(next === null ? {} : { next }) });
    headers.set("location", `${base}/sign-in?${said.toString()}`);
    await parts.recordAct({ action: "session.refused", account: null, facts: { by: "provider", reason } });
  }
  return new Response(null, { status: 303, headers });
}

/** Of the library's own, the cookies. */
function headersOf(answer: Response): Headers {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const cookie of answer.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return headers;
}

async function jsonOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
