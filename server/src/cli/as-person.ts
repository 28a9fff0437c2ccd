import { createSessionClient, type SessionClient } from "@steward/sdk";
import { type Cli, note } from "./cli.ts";
import { readAnswers } from "./terminal/read-answers.ts";

/**
 * What `act` gives as the person who signs in with a password, and a code where their account asks for one; the session
 * ends with it.
 */
export async function asPerson<T>(
  cli: Cli,
  address: string,
  email: string,
  act: (session: SessionClient) => Promise<T>,
): Promise<T> {
  const answer = await readAnswers(cli);
  const session = createSessionClient({ baseUrl: address });
  const step = await session.signIn.signIn(email, await answer(`password of ${email}`));
  if (step === "second_factor") {
    const code = (await answer("code of your app, or a recovery code")).replaceAll(" ", "");
    if (/^\d{6}$/.test(code)) await session.signIn.verifyTotp(code);
    else await session.signIn.verifyRecoveryCode(code);
  }
  try {
    return await act(session);
  } finally {
    await endSession(cli, session);
  }
}

async function endSession(cli: Cli, session: SessionClient): Promise<void> {
  try {
    await session.client().signOut();
  } catch {
    note(cli, "the session this command began could not be ended: see steward account sessions");
  }
}
