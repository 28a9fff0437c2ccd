/** A path of this page, or the start: never another site. */
export function nextPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}
