import type { Connector } from "@steward/sdk";
import { anthropic } from "./anthropic/connector.ts";
import { github } from "./github/connector.ts";
import { gmail } from "./gmail/connector.ts";
import { googleCalendar } from "./google_calendar/connector.ts";
import { googleDocs } from "./google_docs/connector.ts";
import { http } from "./http/connector.ts";
import { imap } from "./imap/connector.ts";
import { notion } from "./notion/connector.ts";
import { openaiCompatible } from "./openai_compatible/connector.ts";
import { openai } from "./openai/connector.ts";
import { openrouter } from "./openrouter/connector.ts";
import { postgres } from "./postgres/connector.ts";
import { slack } from "./slack/connector.ts";
import { smtp } from "./smtp/connector.ts";
import { twilio } from "./twilio/connector.ts";

/** Every native connector, as the catalogue shows them. */
export const CONNECTORS: readonly Connector[] = [
  github,
  slack,
  gmail,
  googleCalendar,
  googleDocs,
  notion,
  twilio,
  imap,
  smtp,
  postgres,
  http,
  openai,
  anthropic,
  openrouter,
  openaiCompatible,
];
