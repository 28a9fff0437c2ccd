import type { Scope } from "./scope.ts";

/** What belongs to no organization (sign-in, operators, mail to people) stands under this id. */
export const INSTALLATION = "00000000-0000-0000-0000-000000000000";

/** Ids up to here are the program's own: the installation, and the organizations of proofs. Made ids begin with the time. */
export const LAST_RESERVED = "00000000-ffff-ffff-ffff-ffffffffffff";

/**
 * The installation's own project, in an organization without members: the runs that send its mail and sweep, and what
 * calls outside of projects need kept. Nobody enters it; operators see of it what the installation's routes show.
 */
export const INSTALLATION_SCOPE: Scope = { organization: INSTALLATION, project: INSTALLATION };
