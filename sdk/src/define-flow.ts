import { FlowFile, type FlowFileInput } from "./flow-file.ts";

/**
 * The flow file with its defaults filled in, checked as it is written: an editor completes it, and what is not a flow
 * file throws a `ZodError` that names the field. What only the server knows (kinds, expressions) is found at push.
 */
export function defineFlow(file: FlowFileInput): FlowFile {
  return FlowFile.parse(file);
}
