/**
 * Why a step or a run fails, by code: what a run's `error.code` and a step record's say. A code is
 * never reused or renamed. Beside these stand the codes of the gate (`EFFECT_ERRORS`).
 */
export const STEP_ERRORS = {
  approval_expired: {
    title: "Nobody decided in time",
    hint: "Give the people more time, remind them, or name others; or handle it by the error port.",
  },
  approval_rejected: { title: "A person did not allow it", hint: "Handle it by the error port, or ask them why." },
  approval_withdrawn: {
    title: "What was asked for can't be allowed any more",
    hint: "Look whether the grant or connection behind it was revoked.",
  },
  cancelled: { title: "The run was cancelled", hint: "Run it again if that was a mistake." },
  code_cancelled: { title: "The code was stopped with its run", hint: "Run it again." },
  code_crashed: { title: "The sandbox of the code broke", hint: "Try again; if it stays, report it with the code." },
  code_memory: { title: "The code used more memory than it may", hint: "Work on less data at once." },
  code_not_json: {
    title: "The code returned what is not JSON",
    hint: "Return numbers, text, lists and plain objects.",
  },
  code_output_too_large: { title: "The code returned too much", hint: "Return less, or store it elsewhere." },
  code_overloaded: {
    title: "Too many code steps run at once, or the step waited 30 s for its turn",
    hint: "Give the step a retry policy.",
  },
  code_threw: { title: "The code threw an error", hint: "Mend the line that the message names." },
  code_timeout: {
    title: "The code took longer than its time",
    hint: "Work on less data at once, or raise the step's timeoutMs.",
  },
  code_unavailable: {
    title: "This machine has no jail for code in Node or Python",
    hint: "Let the operator do what the message says, or write the step in the language js.",
  },
  crashed: {
    title: "The worker died before it read the answer, the effect may have happened",
    hint: "Look at the other side, then resolve the run.",
  },
  effect_failed: { title: "The outcome of an effect can't be used", hint: "Report it with the step." },
  effect_unknown: {
    title: "Nobody can tell whether the effect happened",
    hint: "Look at the other side, then retry the run from this step or leave it.",
  },
  expression_failed: { title: "An expression could not be evaluated", hint: "Mend the field that the message names." },
  failed: { title: "The step failed", hint: "Read the message." },
  failed_on_purpose: { title: "A fail step was reached", hint: "Read its message: the flow's author wrote it." },
  flow_depth: {
    title: "Flows call each other too deep",
    hint: "Look for a flow that calls itself; where it means to, use an each or while step.",
  },
  flow_unknown: {
    title: "The flow that the step names is not there or not published",
    hint: "Publish it, or mend the step's flow field.",
  },
  http_body_invalid: { title: "The answer says it is JSON and is not", hint: "Mend the server, or ask it for text." },
  http_status: {
    title: "The server answered with a status of 400 or more",
    hint: "Read the status and body in the details; set failOnStatus to false to handle it in the flow.",
  },
  input_invalid: {
    title: "A field of the step's input has an invalid value",
    hint: "Mend the field that the message names.",
  },
  items_too_many: { title: "A list has more items than a step takes", hint: "Give the list in parts." },
  kind_unknown: { title: "This kind of step does not exist", hint: "Mend the step's kind." },
  model_answer_invalid: {
    title: "The model's answer does not fit the schema",
    hint: "Read the problems in the details; say in the instructions what is wanted, allow more repairs, or ask another model.",
  },
  run_poisonous: {
    title: "The run's worker died three times while it led the run",
    hint: "Look at the last step, then resolve the run to go on, or cancel it.",
  },
  run_timeout: {
    title: "The run took longer than the flow's timeoutMs",
    hint: "Raise it, or find out what took long in the run's steps.",
  },
  run_too_large: {
    title: "The run has reached the limit of its size",
    hint: "Keep large data in files, or split the work into sub-flows.",
  },
  run_unreadable: {
    title: "The run's records could not be read three times",
    hint: "Mend what the server's log names (a key, a blob, the disk), then resolve the run to go on.",
  },
  step_timeout: {
    title: "The step took longer than its timeoutMs",
    hint: "Raise it, or give the step a retry policy.",
  },
  too_many_sub_runs: {
    title: "Too many runs are open that one run and its sub-flows have begun",
    hint: "Look for a flow that calls itself; else wait for the sub-flows, or give the step a retry policy.",
  },
  wait_timeout: {
    title: "The event did not come in time",
    hint: "Raise timeoutSeconds, or handle it by the error port.",
  },
  agent_stuck: {
    title: "The same call of a tool failed three times",
    hint: "See why the tool fails in the run, and mend it, or tell the agent in its instructions what to do then.",
  },
  agent_turns: {
    title: "The agent went on for too long",
    hint: "Raise maxTurns, or mend its instructions: it asked for tools until the limit.",
  },
  while_limit: {
    title: "A while step reached its max and its condition still holds",
    hint: "Raise max or mend the condition.",
  },
} as const satisfies Record<string, { readonly title: string; readonly hint: string }>;
