import { z } from "zod";
import { judgeHeaders } from "../core/egress/judge-headers.ts";

/**
 * Headers by name, with names in lower case: tokens, values without line ends (RFC 9110, 5.5), none
 * that frames the message. A value that is a number or true or false is written as text.
 */
export function headersField(): z.ZodType<Record<string, string>, Record<string, string | number | boolean>> {
  return z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: "a header's value is text" }), {
      error: 'give headers as { "name": "value" }',
    })
    .transform((headers, context) => {
      const plain = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
      const refusal = judgeHeaders(plain);
      if (refusal) context.addIssue({ code: "custom", message: refusal.message });
      return Object.fromEntries(plain);
    });
}
