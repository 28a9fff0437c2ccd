import type { Client, SignInClient } from "@steward/sdk";
import { createContext, useContext } from "react";

export const ClientContext = createContext<Client | null>(null);

/** The client of the Steward that served this page. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("ClientContext is not provided");
  return client;
}

export const SignInContext = createContext<SignInClient | null>(null);

/** How people prove who they are to the Steward that served this page. */
export function useSignInClient(): SignInClient {
  const client = useContext(SignInContext);
  if (!client) throw new Error("SignInContext is not provided");
  return client;
}
