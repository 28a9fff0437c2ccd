import { say } from "../language.ts";

/** The mark of what a model wrote: told wherever a person reads it. */
export function ByModel({ label }: { label?: string }) {
  return (
    <p className="flex items-start gap-2 rounded-md border border-line bg-surface-1 px-2.5 py-1.5 text-12 text-text-2">
      <svg viewBox="0 0 16 16" aria-hidden className="mt-px size-3.5 shrink-0" fill="none" stroke="currentColor">
        <path
          d="M8 1.8l1.5 4.7 4.7 1.5-4.7 1.5L8 14.2 6.5 9.500 1.800 8l4.700-1.500z"
          strokeWidth="1.4"
          strokeLinejoin="round"
        />
      </svg>
      <span className="min-w-0 break-words">
        <span className="font-medium text-text-1">{label ?? say.outbound.written}.</span> {say.outbound.writtenWhat}
      </span>
    </p>
  );
}
