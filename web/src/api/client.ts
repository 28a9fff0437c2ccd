import type { Client } from "@steward/sdk";
import { createContext, useContext } from "react";

export const ClientContext = createContext<Client | null>(null);

/** The client of the Steward that served this page. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("ClientContext is not provided");
  return client;
}
