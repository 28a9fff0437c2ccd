import type { Answer } from "@steward/sdk";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

const { form: words } = say.connections;

export type Connector = Answer<"getConnector">;

/** What a connection is to be used for: the scopes asked for follow from it. */
export function ActionsWanted({
  connector,
  chosen,
  change,
}: {
  connector: Connector;
  chosen: readonly string[];
  change: (chosen: readonly string[]) => void;
}) {
  const offers = [...connector.actions, ...connector.triggers];
  if (offers.length === 0) return null;
  const toggle = (id: string, on: boolean) => change(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <fieldset>
      <legend className="text-13 font-medium">{words.actions}</legend>
      <p className="text-12 text-text-3">{words.actionsHelp}</p>
      <div className="mt-1.5 grid max-h-72 gap-x-4 gap-y-1.5 overflow-y-auto @lg:grid-cols-2">
        {offers.map(({ id, title, summary }) => (
          <label key={id} className="flex min-w-0 items-start gap-2 text-13" title={summary}>
            <input
              type="checkbox"
              className="mt-1"
              checked={chosen.includes(id)}
              onChange={({ target }) => toggle(id, target.checked)}
            />
            <span className="min-w-0 break-words">
              {visible(title)} <span className="font-mono text-12 text-text-3">{id}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
