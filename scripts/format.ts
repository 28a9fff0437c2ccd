import { runCommand, tool } from "./run-command.ts";

process.exitCode = await runCommand(tool("oxfmt"), ["."]);
