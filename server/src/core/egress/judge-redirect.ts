import type { EgressRequest } from "../ports/egress.ts";
import { judgeHost } from "./judge-address.ts";
import { withoutSecrets } from "./judge-headers.ts";
import { judgeUrl, type Refusal, type Target } from "./judge-url.ts";

/** A redirect as it came back. */
export interface Redirect {
  readonly status: number;
  /** The `location` header, null where there is none. */
  readonly location: string | null;
  readonly from: Target;
  /** Redirects followed so far. */
  readonly followed: number;
  /** What was sent to `from`. */
  readonly headers: EgressRequest["headers"];
}

export type RedirectVerdict =
  | { readonly ok: true; readonly follow: false }
  | { readonly ok: true; readonly follow: true; readonly target: Target; readonly headers: EgressRequest["headers"] }
  | Refusal;

const FOLLOWED = new Set([301, 302, 303, 307, 308]);

/**
 * Whether an answer is a redirect to follow, and with what: only GET and HEAD without a body, at most `redirectsMax` times,
 * never from https to http, never outside `hosts`; another origin gets no secret header (RFC 9110, 15.4).
 */
export function judgeRedirect(
  request: Pick<EgressRequest, "method" | "body" | "redirectsMax" | "hosts" | "secretHeaders" | "mayFollow">,
  redirect: Redirect,
): RedirectVerdict {
  const { from, location } = redirect;
  const asItIs = { ok: true, follow: false } as const;
  if (request.redirectsMax === 0 || location === null || !FOLLOWED.has(redirect.status)) return asItIs;
  const hasBody = request.body !== null && request.body.length > 0;
  if (hasBody || (request.method !== "GET" && request.method !== "HEAD")) return asItIs;
  if (redirect.followed >= request.redirectsMax) {
    return {
      ok: false,
      code: "too_many_redirects",
      message: `${from.host} redirected more than ${request.redirectsMax} times.`,
    };
  }
  const absolute = absoluteLocation(location, from);
  const judged = judgeUrl(absolute);
  if (!judged.ok) {
    return {
      ok: false,
      code: "redirect_forbidden",
      message: `${from.host} redirected to a URL that is refused: ${judged.message}`,
    };
  }
  const { target } = judged;
  const outside = judgeHost(target, request.hosts);
  if (outside !== null) return { ...outside, message: `${from.host} redirected: ${outside.message}` };
  if (from.scheme === "https" && target.scheme === "http") {
    return {
      ok: false,
      code: "redirect_forbidden",
      message: `${from.host} redirected from https: to http: at ${target.host}.`,
    };
  }
  if (request.mayFollow?.(target.url) === false) {
    return {
      ok: false,
      code: "redirect_forbidden",
      message: `${from.host} redirected to where no grant, or a limit, lets it go at ${target.host}.`,
    };
  }
  const same = target.origin === from.origin;
  const headers = same ? redirect.headers : withoutSecrets(redirect.headers, request.secretHeaders);
  return { ok: true, follow: true, target, headers };
}

/** A relative reference is resolved; an absolute one keeps its spelling, so that `judgeUrl` sees user-info and backslashes. */
function absoluteLocation(location: string, from: Target): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return location;
  if (/^[\\/]{2}/.test(location)) return `${from.scheme}:${location}`;
  return URL.parse(location, from.url)?.href ?? "";
}
