import { Menu } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./Icon.tsx";

export interface MenuAction {
  readonly label: string;
  readonly run: () => void;
  readonly icon?: IconName;
  readonly mark?: ReactNode;
  readonly danger?: boolean;
}

/** A button that opens a short list of actions or choices. */
export function ActionMenu({
  label,
  trigger,
  triggerClass,
  actions,
}: {
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  actions: readonly MenuAction[];
}) {
  return (
    <Menu.Root>
      <Menu.Trigger aria-label={label} className={triggerClass}>
        {trigger}
      </Menu.Trigger>
      {/* Within the page's main part, so that the list lies in a landmark. */}
      <Menu.Portal container={document.querySelector<HTMLElement>("#content")}>
        <Menu.Positioner className="z-40 outline-none" sideOffset={4} align="end">
          <Menu.Popup className="max-h-80 min-w-44 overflow-y-auto rounded-md border border-line bg-float p-1 text-13 shadow-float outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            {actions.map(({ label: name, run, icon, mark, danger }) => (
              <Menu.Item
                key={name}
                onClick={run}
                className={classes(
                  "flex h-8 items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-surface-2",
                  danger && "text-failed",
                )}
              >
                {icon && <Icon name={icon} />}
                {mark}
                {name}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
