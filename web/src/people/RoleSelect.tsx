import type { Role } from "@steward/sdk";
import { classes } from "../ui/classes.ts";
import { reachesTo, roleWords } from "./role-words.ts";

/** The roles that a person whose own role is `own` may give; the present one stays to be seen. */
export function RoleSelect({
  roles,
  own,
  value,
  change,
  disabled = false,
  className,
  first,
  ...control
}: {
  roles: readonly Role[];
  own: string;
  value: string;
  change: (role: string) => void;
  disabled?: boolean;
  className?: string;
  /** Choices before the roles, `""` among their values. */
  first?: React.ReactNode;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
}) {
  const choices = roles.filter(({ id }) => id === value || reachesTo(own, id, roles));
  return (
    <select
      {...control}
      value={value}
      disabled={disabled}
      onChange={({ target }) => change(target.value)}
      className={classes("field disabled:opacity-70", className)}
    >
      {first}
      {choices.map(({ id }) => (
        <option key={id} value={id}>
          {roleWords(id, roles)}
        </option>
      ))}
    </select>
  );
}
