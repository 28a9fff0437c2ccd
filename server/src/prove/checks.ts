/** The checks there are, in the order of the published list. */
import type { Check } from "./check.ts";
import { ownOrigin } from "./checks/a10-own-origin.ts";
import { passwords } from "./checks/a1-passwords.ts";
import { google } from "./checks/a2-google.ts";
import { sessions } from "./checks/a3-sessions.ts";
import { secondFactor } from "./checks/a4-second-factor.ts";
import { signOn } from "./checks/a5-sign-on.ts";
import { apiKeys } from "./checks/a6-api-keys.ts";
import { mailedProofs } from "./checks/a7-mailed-proofs.ts";
import { rateLimits } from "./checks/a8-rate-limits.ts";
import { minimumAge } from "./checks/a9-minimum-age.ts";
import { tenantsApart } from "./checks/b1-tenants.ts";
import { projectDatabases } from "./checks/b2-project-databases.ts";
import { sealedContent } from "./checks/b5-sealed.ts";
import { transport } from "./checks/b6-transport.ts";
import { regions } from "./checks/b7-regions.ts";
import { credentialKeys } from "./checks/c1-credentials.ts";
import { auditLog } from "./checks/g1-audit.ts";

export const CHECKS: readonly Check[] = [
  passwords,
  google,
  sessions,
  secondFactor,
  signOn,
  apiKeys,
  mailedProofs,
  rateLimits,
  minimumAge,
  ownOrigin,
  tenantsApart,
  projectDatabases,
  sealedContent,
  transport,
  regions,
  credentialKeys,
  auditLog,
];
