/** What `steward` ends with; documented in docs/cli.md and never given another meaning. */
export const EXIT = {
  ok: 0,
  /** Steward refused it, or it failed. */
  refused: 1,
  /** The command line is not understood, or a file it names can't be read. */
  usage: 2,
  /** No Steward is known, or none answers there. */
  unreachable: 3,
  /** The run that was waited for failed or was cancelled. */
  runFailed: 4,
  /** The run that was waited for has not ended: it goes on, waits, or stands in doubt. */
  runOpen: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** As the manual says it, in order. */
export const EXIT_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.ok, "done"],
  [EXIT.refused, "refused or failed; a flow file with problems"],
  [EXIT.usage, "the command is not understood, or a file it names can't be read"],
  [EXIT.unreachable, "no Steward is known, or none answers"],
  [EXIT.runFailed, "the run that was waited for failed or was cancelled"],
  [EXIT.runOpen, "the run that was waited for has not ended yet"],
];
