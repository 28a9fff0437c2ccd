/** Words of the keys that seal what is stored. */
import { visible } from "../visible.ts";
import { countWords } from "../words.ts";

export const encryption = {
  title: "Encryption keys",
  noun: { one: "owner of keys", many: "owners of keys" },
  what: "New keys seal from now on; what was sealed before stays readable, and is sealed anew while work goes on.",
  rotate: "Rotate keys",
  rotated: (projects: number) =>
    `Rotated the keys of the organization and ${countWords(projects)} ${projects === 1 ? "project" : "projects"}.`,
  of: "Of",
  organization: "Organization",
  key: "Key",
  classes: { organization: "Projects’ keys", content: "Content", credential: "Credentials" },
  epoch: "Epoch",
  state: "State",
  states: { coming: "Coming", active: "Active", retired: "Rotated away" },
  left: ({ values, records, looked }: { values: number; records: number; looked: boolean }) => {
    const counts = [
      ...(values > 0 ? [`${countWords(values)} ${values === 1 ? "value" : "values"}`] : []),
      ...(records > 0 ? [`${countWords(records)} ${records === 1 ? "record" : "records"} of runs`] : []),
    ];
    if (counts.length > 0) return `${counts.join(", ")} left`;
    return looked ? "nothing under it" : "being looked at";
  },
  made: "Made",
  retire: "Destroy…",
  retireOf: (of: string, key: string, epoch: number) => `Destroy ${visible(of)}, ${key}, epoch ${epoch}`,
  retireTitle: (of: string, key: string, epoch: number) => `Destroy ${visible(of)}: ${key}, epoch ${epoch}?`,
  retireWhat:
    "It is destroyed for good, unless anything is still sealed under it. Backups from before the rotation hold values under it: those can’t be read any more. Nobody can undo this.",
  retired: (of: string, epoch: number) => `Destroyed epoch ${epoch} of ${visible(of)}.`,
} as const;
