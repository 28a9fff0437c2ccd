import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, useState } from "react";
import { say } from "../language.ts";
import { Button, buttonClasses } from "./Button.tsx";
import { Field } from "./Field.tsx";

/** Asks before what nobody can undo: it is done once the person has typed `word`. */
export function TypedConfirm({
  title,
  what,
  verb,
  word,
  open,
  close,
  act,
}: {
  title: string;
  what: string;
  verb: string;
  word: string;
  open: boolean;
  close: () => void;
  act: () => void;
}) {
  const [typed, setTyped] = useState("");
  const leave = () => {
    setTyped("");
    close();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== word) return;
    leave();
    act();
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && leave()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-[26%] left-1/2 z-40 w-[440px] max-w-[calc(100vw-2rem)] -translate-x-1/2 rounded-md border border-line bg-float p-4 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
          <AlertDialog.Title className="text-16 font-semibold break-words">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-13 text-text-2">{what}</AlertDialog.Description>
          <form className="mt-4 space-y-4" onSubmit={submit}>
            <Field label={say.people.typeToConfirm(word)}>
              {(control) => (
                <input
                  {...control}
                  value={typed}
                  onChange={(event) => setTyped(event.target.value)}
                  autoComplete="off"
                  autoCapitalize="off"
                  spellCheck={false}
                  className="field"
                />
              )}
            </Field>
            <div className="flex justify-end gap-2">
              <AlertDialog.Close className={buttonClasses("plain")}>{say.cancel}</AlertDialog.Close>
              <Button type="submit" look="danger" disabled={typed.trim() !== word}>
                {verb}
              </Button>
            </div>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
