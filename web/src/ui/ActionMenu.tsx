import { Menu } from "@base-ui/react/menu";
import { type ReactNode, useState } from "react";
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
  tabIndex,
}: {
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  actions: readonly MenuAction[];
  /** -1 where arrow keys go to it, as in a grid. */
  tabIndex?: number;
}) {
  const [content, setContent] = useState<HTMLElement | null>(null);
  return (
    <Menu.Root onOpenChange={(open) => open && setContent(document.querySelector<HTMLElement>("#content"))}>
      <Menu.Trigger aria-label={label} className={triggerClass} {...(tabIndex !== undefined && { tabIndex })}>
        {trigger}
      </Menu.Trigger>
      {/* Within the page's main part as it is then, so that the list lies in a landmark. */}
      <Menu.Portal container={content}>
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
