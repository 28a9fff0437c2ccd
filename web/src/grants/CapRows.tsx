import { type ReactNode, useId } from "react";
import type { Period } from "@steward/sdk";
import { say } from "../language.ts";
import { IconButton } from "../ui/Button.tsx";
import { type MoneyDraft, PERIODS, type RateDraft } from "./grant-draft.ts";

const { draft: words } = say.grants;

/** How often at most. */
export function RateRow({
  name,
  rate,
  change,
  remove,
  error,
}: {
  name: string;
  rate: RateDraft;
  change: (rate: RateDraft) => void;
  remove: () => void;
  error: string | undefined;
}) {
  return (
    <CapRow name={name} title={words.rates} remove={remove} error={error}>
      <input
        aria-label={words.times}
        inputMode="numeric"
        value={rate.times}
        onChange={({ target }) => change({ ...rate, times: target.value })}
        className="field w-24 text-right text-13"
      />
      <PeriodSelect value={rate.per} change={(per) => change({ ...rate, per })} />
    </CapRow>
  );
}

/** For how much at most. */
export function MoneyRow({
  name,
  money,
  change,
  remove,
  error,
}: {
  name: string;
  money: MoneyDraft;
  change: (money: MoneyDraft) => void;
  remove: () => void;
  error: string | undefined;
}) {
  return (
    <CapRow name={name} title={words.money} remove={remove} error={error}>
      <input
        aria-label={words.amount}
        inputMode="decimal"
        value={money.amount}
        onChange={({ target }) => change({ ...money, amount: target.value })}
        className="field w-24 text-right text-13"
      />
      <input
        aria-label={words.currency}
        maxLength={3}
        value={money.currency}
        onChange={({ target }) => change({ ...money, currency: target.value.toUpperCase() })}
        className="field w-16 text-13"
      />
      <PeriodSelect value={money.per} change={(per) => change({ ...money, per })} />
    </CapRow>
  );
}

function CapRow({
  name,
  title,
  remove,
  error,
  children,
}: {
  name: string;
  title: string;
  remove: () => void;
  error: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div
      role="group"
      aria-label={name}
      aria-describedby={error === undefined ? undefined : id}
      className="rounded-md bg-surface-1 p-2"
    >
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-13 text-text-2">{title}</span>
        {children}
        <IconButton icon="close" label={words.remove(name)} onClick={remove} className="ml-auto" />
      </div>
      {error !== undefined && (
        <p id={id} role="alert" className="mt-1 text-12 text-failed">
          {error}
        </p>
      )}
    </div>
  );
}

function PeriodSelect({ value, change }: { value: Period; change: (period: Period) => void }) {
  return (
    <select
      aria-label={words.per}
      value={value}
      onChange={({ target }) => change(PERIODS.find((one) => one === target.value) ?? "day")}
      className="field w-auto text-13"
    >
      {PERIODS.map((one) => (
        <option key={one} value={one}>
          {words.periods[one]}
        </option>
      ))}
    </select>
  );
}
