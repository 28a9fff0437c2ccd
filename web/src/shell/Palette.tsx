import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useState } from "react";
import { say } from "../language.ts";
import { Icon } from "../ui/Icon.tsx";
import { type Command, type CommandGroup, useCommands } from "./commands.ts";

/** Cmd or Ctrl with K: flows, runs and actions by name. */
export function Palette({
  open,
  setOpen,
  openHelp,
}: {
  open: boolean;
  setOpen: (open: boolean) => void;
  openHelp: () => void;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={say.palette.label}
          className="fixed top-[12vh] left-1/2 z-40 flex max-h-[60vh] w-[560px] max-w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col overflow-hidden rounded-md border border-line bg-float shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          <PaletteList close={() => setOpen(false)} openHelp={openHelp} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteList({ close, openHelp }: { close: () => void; openHelp: () => void }) {
  const [typed, setTyped] = useState("");
  const groups = useCommands(typed, openHelp);
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={typed}
      onValueChange={setTyped}
      autoHighlight="always"
      keepHighlight
      filter={null}
      itemToStringValue={(command: Command) => command.label}
    >
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4 text-text-3">
        <Icon name="search" />
        <Autocomplete.Input
          aria-label={say.palette.label}
          placeholder={say.palette.placeholder}
          className="h-full flex-1 bg-transparent text-text-1 outline-none"
        />
      </div>
      <Autocomplete.Empty>
        <p className="px-4 py-6 text-13 text-text-2">{say.palette.empty}</p>
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1.5 data-empty:p-0">
        {(group: CommandGroup) => (
          <Autocomplete.Group key={group.value} items={group.items}>
            <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-12 font-medium text-text-3">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  onClick={() => {
                    close();
                    command.run();
                  }}
                  className="flex h-9 items-center gap-2.5 rounded-sm px-2.5 outline-none select-none data-highlighted:bg-surface-2"
                >
                  <Icon name={command.icon} className="text-text-3" />
                  <span className="min-w-0 flex-1 truncate">{command.label}</span>
                  <span className="text-12 text-text-3">{command.note}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
