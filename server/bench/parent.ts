/** The other side of `startChild`, for the scripts it starts. */

/** Says that the script is ready, answers questions with `answer`, and ends with the parent or by its word. */
export function serveParent(
  hello: object,
  answer: (question: unknown) => Promise<object>,
  stop: () => Promise<void>,
): void {
  const end = (): void => void stop().finally(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("disconnect", end);
  process.on("message", (question) => {
    answer(question).then(
      (value) => process.send?.(value),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.send?.(hello);
}
