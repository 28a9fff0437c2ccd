import { type Permission, PERMISSIONS, type PermissionScope } from "@steward/sdk";
import { say } from "../language.ts";
import { permissionParts } from "./role-words.ts";

const { roles: words } = say.people;

/** Permissions to choose from, part by part; what is beyond the person's own can't be chosen. */
export function PermissionChoice({
  chosen,
  change,
  may,
  scope = null,
}: {
  chosen: ReadonlySet<Permission>;
  change: (chosen: ReadonlySet<Permission>) => void;
  may: (permission: Permission) => boolean;
  /** Only those that count there. */
  scope?: PermissionScope | null;
}) {
  const toggle = (permission: Permission) => {
    const next = new Set(chosen);
    if (!next.delete(permission)) next.add(permission);
    change(next);
  };
  return (
    <div className="space-y-4">
      {permissionParts().map(([part, all]) => {
        const permissions = all.filter((name) => scope === null || PERMISSIONS[name].in === scope);
        if (permissions.length === 0) return null;
        return (
          <fieldset key={part}>
            <legend className="text-12 font-semibold text-text-2">{words.parts[part]}</legend>
            {permissions.map((permission) => {
              const able = may(permission) || chosen.has(permission);
              return (
                <label
                  key={permission}
                  title={able ? permission : words.beyond}
                  className="flex min-h-7 items-start gap-2 py-1 text-13 has-disabled:text-text-3"
                >
                  <input
                    type="checkbox"
                    checked={chosen.has(permission)}
                    disabled={!able}
                    onChange={() => toggle(permission)}
                    className="mt-[3px]"
                  />
                  {PERMISSIONS[permission].may}
                </label>
              );
            })}
          </fieldset>
        );
      })}
    </div>
  );
}
