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
import { noOwnNetwork } from "./checks/b3-sandbox.ts";
import { canaries } from "./checks/c2-canaries.ts";
import { grantedOnly } from "./checks/c3-granted-only.ts";
import { narrowScopes } from "./checks/c4-scopes.ts";
import { refreshed } from "./checks/c5-refresh.ts";
import { disconnected } from "./checks/c6-disconnect.ts";
import { revokedAtOnce } from "./checks/c7-revoked.ts";
import { onlyWhenAsked } from "./checks/c8-no-polling.ts";
import { endsWithItsOwner } from "./checks/c9-deleted.ts";
import { modelCalls } from "./checks/d3-model-calls.ts";
import { ownModelProvider } from "./checks/d6-model-provider.ts";
import { markedAsWritten } from "./checks/d9-marked.ts";
import { subProcessors } from "./checks/g5-sub-processors.ts";
import { hardCaps } from "./checks/h3-caps.ts";

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
  noOwnNetwork,
  sealedContent,
  transport,
  regions,
  credentialKeys,
  canaries,
  grantedOnly,
  narrowScopes,
  refreshed,
  disconnected,
  revokedAtOnce,
  onlyWhenAsked,
  endsWithItsOwner,
  modelCalls,
  ownModelProvider,
  markedAsWritten,
  auditLog,
  subProcessors,
  hardCaps,
];
