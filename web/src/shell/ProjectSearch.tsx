import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { type Place, placesQuery, useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";

const TYPING_MS = 150;

/** Any project of any organization, by its name. */
export function ProjectSearch({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={say.shell.findProjectLabel}
          className="fixed top-[12vh] left-1/2 z-40 flex max-h-[60vh] w-[560px] max-w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col overflow-hidden rounded-md border border-line bg-float shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          <Found close={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Found({ close }: { close: () => void }) {
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery(placesQuery(useClient(), session, search));
  const go = (place: Place): void => {
    close();
    void navigate({ ...paths.flows(), search: { project: place.project.id } });
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={found.data ?? []}
      value={typed}
      onValueChange={setTyped}
      autoHighlight="always"
      keepHighlight
      filter={null}
      itemToStringValue={(place: Place) => place.project.name}
    >
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4 text-text-3">
        <Icon name="search" />
        <Autocomplete.Input
          aria-label={say.shell.findProjectLabel}
          placeholder={say.shell.findProjectLabel}
          maxLength={200}
          className="h-full flex-1 bg-transparent text-text-1 outline-none"
        />
      </div>
      {found.isError && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      <Autocomplete.Empty>
        {found.isSuccess && <p className="px-4 py-6 text-13 text-text-2">{say.shell.noProjectFound}</p>}
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1.5 data-empty:p-0">
        {(place: Place) => (
          <Autocomplete.Item
            key={place.project.id}
            value={place}
            onClick={() => go(place)}
            className="flex h-9 items-center gap-2.5 rounded-sm px-2.5 outline-none select-none data-highlighted:bg-surface-2"
          >
            <Icon name="flows" className="text-text-3" />
            <span className="min-w-0 flex-1 truncate">{visible(place.project.name)}</span>
            <span className="text-12 text-text-3">{visible(place.organization.name)}</span>
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
