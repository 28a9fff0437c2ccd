/** The command line on this process: its streams, its signals, its environment. */
import { homedir } from "node:os";
import type { CliParts, LocalSteward } from "./cli/cli.ts";
import { runCli } from "./cli/run-cli.ts";
import { createTerminal } from "./cli/terminal/terminal.ts";
import manifest from "../package.json" with { type: "json" };
import { readConfig } from "./config.ts";

/** Runs one command line of `steward` to its end; gives the exit code. */
export async function steward(argv: readonly string[]): Promise<number> {
  // A reader that goes away (`steward run list | head`) ends the command; it is no error.
  process.stdout.on("error", () => process.exit(0));
  return await runCli(processParts(), argv);
}

/** What the command line works with in this process. */
export function processParts(): CliParts {
  const { env, stdin, stdout, stderr } = process;
  return {
    version: manifest.version,
    env,
    cwd: process.cwd(),
    userHome: homedir(),
    stdin,
    terminal: createTerminal(stdout, stderr, env),
    local: () => localSteward(env),
    onSignal: (act) => {
      for (const signal of SIGNALS) process.on(signal, act);
      return () => {
        for (const signal of SIGNALS) process.off(signal, act);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The server's parts are loaded only by the commands that start it: a command that asks the API starts in a third of the time. */
async function localSteward(env: CliParts["env"]): Promise<LocalSteward> {
  const config = readConfig(env, process.cwd());
  const { keepApiKey, readHomeAccess } = await import("./home-access.ts");
  return {
    home: config.home,
    keyIsGiven: config.apiKey !== null,
    start: async (role, log) => (await import("./app.ts")).startApp({ config, role, log }),
    access: () => readHomeAccess(config.home),
    keepApiKey: (apiKey) => keepApiKey(config.home, apiKey),
    rotateMaster: async (log) => (await import("./local-verbs.ts")).rotateMasterHere(config, log),
    rotateSigning: async (log) => (await import("./local-verbs.ts")).rotateSigningHere(config, log),
    liftSignOn: async (organization, log) =>
      (await import("./local-verbs.ts")).liftSignOnHere(config, organization, log),
  };
}
