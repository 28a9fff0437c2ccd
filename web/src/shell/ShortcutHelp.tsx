import { Dialog } from "@base-ui/react/dialog";
import { useContext } from "react";
import { ShortcutContext } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { IconButton } from "../ui/Button.tsx";
import { Kbd } from "../ui/Kbd.tsx";

/** The shortcuts of this place, the nearest first. */
export function ShortcutHelp({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup className="fixed top-[14vh] left-1/2 z-40 w-96 max-w-[calc(100vw-2rem)] -translate-x-1/2 rounded-md border border-line bg-float shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
          <header className="flex h-12 items-center justify-between border-b border-line pr-3 pl-4">
            <Dialog.Title className="font-semibold">{say.keys.title}</Dialog.Title>
            <Dialog.Close render={<IconButton icon="close" label={say.close} />} />
          </header>
          <ShortcutTable />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function ShortcutTable() {
  const nearest = useContext(ShortcutContext).groups().flat();
  const rows = nearest.filter(({ keys }, at) => nearest.findIndex((one) => one.keys === keys) === at);
  return (
    <dl className="max-h-[60vh] overflow-y-auto p-2">
      {rows.map(({ keys, label }) => (
        <div key={keys} className="flex h-8 items-center justify-between gap-4 px-2">
          <dt className="text-13">{label}</dt>
          <dd>
            <Kbd keys={keys} />
            <span className="sr-only">{keys}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
