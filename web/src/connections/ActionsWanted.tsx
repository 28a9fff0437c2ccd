import type { Answer } from "@steward/sdk";
import { useId } from "react";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

const { form: words } = say.connections;

export type Connector = Answer<"getConnector">;

/** What a connection is to be used for: the scopes asked for follow from it. */
export function ActionsWanted({
  connector,
  chosen,
  change,
  error,
}: {
  connector: Connector;
  chosen: readonly string[];
  change: (chosen: readonly string[]) => void;
  error?: string | undefined;
}) {
  const id = useId();
  const offers = [...connector.actions, ...connector.triggers];
  if (offers.length === 0) return null;
  const toggle = (offer: string, on: boolean) =>
    change(on ? [...chosen, offer] : chosen.filter((one) => one !== offer));
  return (
    <fieldset aria-describedby={error === undefined ? undefined : id}>
      <legend className="text-13 font-medium">{words.actions}</legend>
      <p className="text-12 text-text-3">{words.actionsHelp}</p>
      <div className="mt-1.5 grid max-h-72 gap-x-4 gap-y-1.5 overflow-y-auto @lg:grid-cols-2">
        {offers.map(({ id: offer, title, summary }) => (
          <label key={offer} className="flex min-w-0 items-start gap-2 text-13" title={summary}>
            <input
              type="checkbox"
              className="mt-1"
              checked={chosen.includes(offer)}
              onChange={({ target }) => toggle(offer, target.checked)}
            />
            <span className="min-w-0 break-words">
              {visible(title)} <span className="font-mono text-12 text-text-3">{offer}</span>
            </span>
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p id={id} role="alert" className="mt-1 text-12 text-failed">
          {error}
        </p>
      )}
    </fieldset>
  );
}
