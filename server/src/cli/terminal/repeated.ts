/** For an option that may be given several times: `--host a --host b`. */
export function repeated(one: string, all: readonly string[] | undefined): readonly string[] {
  return [...(all ?? []), one];
}
