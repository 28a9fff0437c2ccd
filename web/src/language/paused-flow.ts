import { visible } from "../visible.ts";

/** Why a flow stands still where no person paused it. */
export const pausedFlow = {
  pausedBecause: {
    connection: (name: string) => `Paused because ${visible(name)} was disconnected.`,
    credential: (name: string) => `Paused because the credential ${visible(name)} was erased.`,
    grant: (name: string) => `Paused because its grant ${visible(name)} was revoked.`,
  },
  pausedWhat: "Its runs were cancelled, and its triggers start nothing until you resume it.",
} as const;
