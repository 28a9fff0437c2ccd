/** What the page asks about the person's own account. */
import type { Client, SignInClient } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";

export const accountKeys = {
  sessions: ["account", "sessions"],
  passkeys: ["account", "passkeys"],
} as const;

export const sessionsQuery = (client: Client) =>
  queryOptions({ queryKey: accountKeys.sessions, queryFn: ({ signal }) => client.listSessions({ signal }) });

export const passkeysQuery = (auth: SignInClient) =>
  queryOptions({ queryKey: accountKeys.passkeys, queryFn: () => auth.listPasskeys() });
