import { defineConnector } from "@steward/sdk";
import { probe } from "../probe.ts";
import { statusFailure } from "../status-failure.ts";
import { httpActions } from "./actions.ts";

/** Any service that speaks HTTP, at an address of the connection's own. */
export const http = defineConnector({
  id: "http",
  title: "HTTP service",
  summary: "Any service with an HTTP API, at an address of your own.",
  category: "web",
  keywords: ["rest", "api", "webhook", "custom", "mtls", "certificate", "bearer", "oauth"],
  // Never reached: each connection brings its own (RFC 6761, "invalid").
  base: "https://http.invalid",
  hosts: ["http.invalid"],
  ownAddress: true,
  authentication: [
    { kind: "api_key", header: "authorization", prefix: "Bearer ", chosen: true },
    { kind: "basic", user: "User", password: "Password" },
    { kind: "client_credentials", tokenUrl: null },
    { kind: "service_account", tokenUrl: null },
    { kind: "certificate" },
    { kind: "none" },
  ],
  scopes: {},
  actions: httpActions,
  triggers: {},
  whoami: () => probe("http", "HTTP service"),
  failure: (answer) => statusFailure(answer),
  setUp: [
    "Give the address that all paths are below, such as https://api.example.com/v2: nothing else is reached with the connection.",
    "A key is sent as Authorization: Bearer, or in the header or query parameter that you name.",
    "For client credentials, or a key that signs (RFC 7523), give the address that tokens are asked for at.",
    "A certificate is shown in the TLS handshake with this address alone; name an authority of your own where the service has one.",
    "Where it is no address of the public internet, let the operator name it in STEWARD_EGRESS_ALLOW.",
    "Say in the grant which paths: a condition with prefix on path.",
  ],
  triedAgainst: "servers of Node's own, with and without certificates, and oidc-provider for tokens",
});
