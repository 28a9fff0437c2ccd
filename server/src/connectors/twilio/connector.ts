import { type ConnectorAnswer, defineConnector, type ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { statusFailure } from "../status-failure.ts";
import { messageReceived } from "./message-received.ts";
import { messageActions } from "./messages.ts";

const ErrorBody = z.object({ code: z.int().nullish(), message: z.string() });

/** Twilio says why by a number, which its "Error and Warning Dictionary" explains. */
function twilioFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const body = ErrorBody.safeParse(answer.body);
  if (!body.success) return statusFailure(answer);
  const { code, message } = body.data;
  return statusFailure(answer, typeof code === "number" ? `${message} (${code})` : message);
}

const Account = z.object({ sid: z.string(), friendly_name: z.string() });

/** After Twilio's API, version 2010-04-01. */
export const twilio = defineConnector({
  id: "twilio",
  title: "Twilio",
  summary: "SMS and WhatsApp messages.",
  category: "telephone",
  keywords: ["sms", "whatsapp", "text message", "phone", "mms"],
  base: "https://api.twilio.com",
  hosts: ["api.twilio.com"],
  authentication: [{ kind: "basic", user: "Account SID", password: "Auth token" }],
  scopes: {},
  actions: messageActions,
  triggers: { message_received: messageReceived },
  *whoami() {
    const { sid, friendly_name } = readBody(Account, yield { method: "GET", url: "/2010-04-01/Accounts/{user}.json" });
    return { account: sid, label: friendly_name };
  },
  failure: twilioFailure,
  setUp: [
    "At console.twilio.com open Account, API keys & tokens.",
    "Copy the Account SID, which begins with AC, as the user, and the Auth token as the password.",
    "To keep it narrow make a subaccount for Steward, and use its SID and token.",
    "Under Phone Numbers have a number that can send, and for WhatsApp a sender under Messaging.",
  ],
  triedAgainst:
    "emulate 0.12.2 (SMS), and answers as Twilio's API description has them (WhatsApp, messages that come in)",
});
