import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { volumeQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { classes } from "../ui/classes.ts";
import { isNearlyFull, Meter } from "./Meter.tsx";

const { volume: words } = say.data.files;

/** What the project's files take of what they may. */
export function VolumeBar() {
  const { here } = useSession();
  const { data } = useQuery(volumeQuery(useClient(), here.project.id));
  if (data === undefined) return null;
  const { bytes, bytesMax } = data;
  const nearlyFull = isNearlyFull(bytes, bytesMax);
  const used = words.used(bytes, bytesMax);
  return (
    <div className="flex items-center gap-2 text-12 text-text-3" title={words.help}>
      <Meter label={words.label} value={bytes} max={bytesMax} words={used} />
      <span className={classes(nearlyFull && "text-failed")}>
        {used}
        {nearlyFull && ` · ${words.full}`}
      </span>
    </div>
  );
}
