import { AlertDialog } from "@base-ui/react/alert-dialog";
import { say } from "../language.ts";
import { buttonClasses } from "./Button.tsx";

/** Asks before what can't be undone: names the thing and what follows. */
export function Confirm({
  title,
  what,
  verb,
  open,
  close,
  act,
}: {
  title: string;
  what: string;
  verb: string;
  open: boolean;
  close: () => void;
  act: () => void;
}) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-[30%] left-1/2 z-40 w-[420px] max-w-[calc(100vw-2rem)] -translate-x-1/2 rounded-md border border-line bg-float p-4 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
          <AlertDialog.Title className="text-16 font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-13 text-text-2">{what}</AlertDialog.Description>
          <div className="mt-4 flex justify-end gap-2">
            <AlertDialog.Close className={buttonClasses("plain")}>{say.cancel}</AlertDialog.Close>
            <AlertDialog.Close className={buttonClasses("danger")} onClick={act}>
              {verb}
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
