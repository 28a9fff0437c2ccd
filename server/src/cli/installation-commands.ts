import type { Group } from "./group.ts";
import { addInstallationMailRetry } from "./installation-mail-retry.ts";
import { addInstallationMail } from "./installation-mail.ts";
import { addInstallationOutbound } from "./installation-outbound.ts";
import { addInstallationShow } from "./installation-show.ts";
import { addKeyringRotateMaster } from "./keyring-rotate-master.ts";
import { addKeyringRotateSigning } from "./keyring-rotate-signing.ts";

/** Commands for the installation as a whole, for its operators. */
export const INSTALLATION: readonly Group[] = [
  {
    name: "installation",
    summary: "what it is, its mail, its connections (operators)",
    commands: [addInstallationShow, addInstallationMail, addInstallationMailRetry, addInstallationOutbound],
  },
  {
    name: "keyring",
    summary: "the installation's own keys, on its machine",
    commands: [addKeyringRotateMaster, addKeyringRotateSigning],
  },
];
