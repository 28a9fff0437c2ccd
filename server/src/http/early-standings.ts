/**
 * Asks what a person is in a project while their session is still being looked up: two round trips at once. Whose a
 * cookie was is remembered as a guess and decides nothing: the session is asked for at each request, the standing too, and
 * a guess that was wrong is asked again.
 */
import { parseId } from "../core/id.ts";
import { sha256 } from "./authenticate.ts";
import type { Standings } from "./authorize.ts";

/** Cookies, by digest; the one learned first is forgotten first. */
const GUESSES_MAX = 10_000;

export interface EarlyStandings {
  /** For one request, which has this cookie and acts in this project: the guess is on its way. */
  begin(cookie: string, project: string): Standings;
}

export function createEarlyStandings(standings: Standings): EarlyStandings {
  const guesses = new Map<string, string>();
  return {
    begin(cookie, named) {
      const project = parseId("prj", named);
      if (project === null) return standings;
      const digest = sha256(cookie).toString("latin1");
      const account = guesses.get(digest);
      const early = account === undefined ? null : standings({ account, project });
      early?.catch(() => undefined); // it is told to whoever asks below
      return (asked) => {
        if (early !== null && asked.account === account && asked.project === project) return early;
        guesses.set(digest, asked.account);
        if (guesses.size > GUESSES_MAX) guesses.delete(guesses.keys().next().value!);
        return standings(asked);
      };
    },
  };
}
