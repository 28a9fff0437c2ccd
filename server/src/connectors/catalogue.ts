import type { Connector } from "@steward/sdk";
import { github } from "./github/connector.ts";
import { gmail } from "./gmail/connector.ts";
import { googleCalendar } from "./google_calendar/connector.ts";
import { googleDocs } from "./google_docs/connector.ts";
import { notion } from "./notion/connector.ts";
import { slack } from "./slack/connector.ts";
import { twilio } from "./twilio/connector.ts";

/** Every native connector, as the catalogue shows them. */
export const CONNECTORS: readonly Connector[] = [github, slack, gmail, googleCalendar, googleDocs, notion, twilio];
