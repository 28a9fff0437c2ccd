/** The promises in everyday words, by the ids that the proof gives; its own exact words stand beneath. */
export const promiseParts: Readonly<Record<string, string>> = {
  A: "Accounts and signing in",
  B: "Keeping things apart",
  C: "Secrets and connected accounts",
  D: "Runs and models",
  G: "The record of what was done",
  H: "Money",
};

export interface PromiseWords {
  readonly title: string;
  /** What it means for whoever is promised it. */
  readonly means: string;
}

export const promiseWords: Readonly<Record<string, PromiseWords>> = {
  A1: {
    title: "Nobody can read your password",
    means: "Only the result of a slow one-way calculation is kept, another one for each person.",
  },
  A2: {
    title: "Google tells us who you are, and nothing else",
    means: "Signing in with Google asks for your address and name. No mail, no calendar, no contacts, no lasting key.",
  },
  A3: {
    title: "You see where you are signed in, and can end it",
    means: "A session that you end is refused with its next click, wherever it is.",
  },
  A4: {
    title: "A password alone need not be enough",
    means: "Everybody can add a second proof, organizations can require it, and whoever runs this always needs it.",
  },
  A5: {
    title: "An organization can insist on its own sign-on",
    means: "Where it does, nobody gets around it, not even an owner who would like to.",
  },
  A6: {
    title: "A program’s key opens only what it is for",
    means: "Keys can’t be read here, reach what they were made for, and stop with the next call once revoked.",
  },
  A7: {
    title: "A mail address is whose it says",
    means: "Addresses are confirmed. A link to reset a password works once, for a short time, and ends every session.",
  },
  A8: {
    title: "Guessing is slowed down",
    means: "Whoever tries too often has to wait, also after a restart.",
  },
  A9: {
    title: "Nobody below the minimum age gets an account",
    means: "Where an age is set, signing up asks for it and refuses whoever is younger.",
  },
  A10: {
    title: "Nobody watches you here",
    means: "No trackers, no third parties, no statistics sent anywhere; every connection of its own is listed.",
  },
  B1: {
    title: "Organizations and projects can’t see each other",
    means: "The database itself keeps them apart: even a mistake in our program shows nothing of another one.",
  },
  B2: {
    title: "Each project has a database of its own",
    means: "What one project’s flows do can’t reach another project’s tables.",
  },
  B3: {
    title: "Code can’t reach out by itself",
    means: "A code step has no network, no files and nothing of the program. What a flow sends goes through one door.",
  },
  B5: {
    title: "Whoever runs this can’t look at your content",
    means: "It is encrypted with the project’s key. Support sees inside only while you let them, and it is noted.",
  },
  B6: {
    title: "Connections are encrypted",
    means: "Whoever listens on the network reads nothing; old and weak encryption is refused.",
  },
  B7: {
    title: "A project stays in its region",
    means: "Where one is set, its data and its work stay on machines of that region.",
  },
  C1: {
    title: "Credentials are locked away by themselves",
    means:
      "Each is encrypted with keys of its own, useless in any other place, and keys are changed while work goes on.",
  },
  C2: {
    title: "A secret is used, and never shown",
    means: "It is put on a call as that leaves. No step, log, error, model or export ever gets to see it.",
  },
  C3: {
    title: "An account acts only for whom you gave it to",
    means:
      "For one flow, for your own runs, or where a grant says so. Never for anybody else, and in no other project.",
  },
  C4: {
    title: "We ask providers for as little as possible",
    means: "Only for what the chosen actions need, each listed beforehand. What was not given is not tried.",
  },
  C5: {
    title: "A dead connection is noticed and cleared",
    means:
      "Tokens are renewed just before they are needed. When the provider says no, they are erased and you are told.",
  },
  C6: {
    title: "Disconnecting is final",
    means: "Everything is erased here at once, and the provider is asked to forget us until it says that it has.",
  },
  C7: {
    title: "Revoke, and it is over",
    means: "What is under way is stopped in every process, nothing new begins, and you see what had already happened.",
  },
  C8: {
    title: "Your accounts are left alone",
    means:
      "Nothing is read ahead or in the background. Each call to a provider names the run or trigger that wanted it.",
  },
  C9: {
    title: "What you delete disconnects itself",
    means: "With a project or an account its connections end, and are revoked at the providers.",
  },
  D3: {
    title: "Every question to a model is on record",
    means: "What was asked, what came back, by which model, and what it used, encrypted with the run.",
  },
  D6: {
    title: "Only your model provider reads your prompts",
    means: "They go to the address that you chose and to nobody else, even where it points elsewhere.",
  },
  D9: {
    title: "You can tell what a model wrote",
    means: "Its words carry a mark from the moment they arrive.",
  },
  G1: {
    title: "What was done can’t be denied or changed",
    means: "Every act, effect and refusal is written down with who did it, signed so that anybody can check it later.",
  },
  G5: {
    title: "The list of who else is involved is complete",
    means:
      "By itself this installation can reach the listed hosts and no other. Whatever tries is refused and reported.",
  },
  H3: {
    title: "A cap on money holds",
    means: "However many runs spend at once, none gets past it, and whoever builds a flow can’t raise it.",
  },
};
