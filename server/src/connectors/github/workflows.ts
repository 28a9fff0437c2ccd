import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { Repository, repositoryPath } from "./repository.ts";

const Started = z.object({ workflow_run_id: z.int(), run_url: z.string(), html_url: z.string() });

const dispatchWorkflow = defineAction({
  title: "Start a workflow",
  summary: "Starts a workflow of GitHub Actions that has the event workflow_dispatch.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    workflow: z
      .string()
      .regex(
        /^(?:[0-9]{1,18}|[A-Za-z0-9][A-Za-z0-9._-]{0,198}\.ya?ml)$/,
        "use a file name such as deploy.yml, or an id",
      )
      .describe("Its file's name, or its id."),
    ref: z.string().min(1).max(250).describe("The branch or tag that it runs on."),
    inputs: z.record(z.string().min(1).max(100), z.string().max(65_535)).optional().describe("Its inputs, at most 25."),
  }),
  output: Started.nullable(),
  scopes: ["repo"],
  repeat: "never",
  destination: ["repository"],
  sample: {
    input: { repository: "acme/shop", workflow: "deploy.yml", ref: "main", inputs: { environment: "test" } },
    output: {
      workflow_run_id: 30433642,
      run_url: "https://api.github.com/repos/acme/shop/actions/runs/30433642",
      html_url: "https://github.com/acme/shop/actions/runs/30433642",
    },
  },
  *perform({ repository, workflow, ref, inputs }) {
    const answer = yield {
      method: "POST",
      url: `${repositoryPath(repository)}/actions/workflows/${path`${workflow}`}/dispatches`,
      body: { ref, inputs: inputs ?? {}, return_run_details: true },
    };
    // 204 says that it was taken, and not which run it became.
    return answer.status === 200 ? readBody(Started, answer) : null;
  },
});

export const workflowActions = { dispatch_workflow: dispatchWorkflow };
