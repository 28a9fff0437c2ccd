import { Icon } from "./Icon.tsx";

/** A filter that is on, with the way to take it off. */
export function Chip({
  children,
  removeLabel,
  remove,
}: {
  children: React.ReactNode;
  removeLabel: string;
  remove: () => void;
}) {
  return (
    <span className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line bg-surface-1 pl-2 text-13">
      {children}
      <button
        type="button"
        aria-label={removeLabel}
        title={removeLabel}
        onClick={remove}
        className="flex h-full w-6 items-center justify-center rounded-r-md text-text-3 hover:bg-surface-2 hover:text-text-1"
      >
        <Icon name="close" className="size-3" />
      </button>
    </span>
  );
}
