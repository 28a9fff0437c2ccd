import { useMutation } from "@tanstack/react-query";
import { RawBody } from "@steward/sdk";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths, type SimulatorSearch } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { ArgumentFields } from "./ArgumentFields.tsx";
import { argumentFields, argumentsOf, type Typed } from "./arguments-form.ts";
import { Options } from "./DraftFields.tsx";
import { problemsOf } from "./form-problems.ts";
import { CURRENCY, momentOf, numberOf, splitAbout } from "./grant-draft.ts";
import { GrantsFrame } from "./GrantsFrame.tsx";
import { Simulation } from "./Simulation.tsx";
import { useActionsOf } from "./use-actions-of.ts";
import { useAbouts, usePrincipals } from "./use-choices.ts";

const { simulator: words, draft: draftWords } = say.grants;

/** What would be decided on an action, tried without doing it. */
export function SimulatorPage() {
  const { may } = useSession();
  const search = useSearch({ from: "/grants/simulator" });
  const asked = { ...search, principal: search.principal ?? "project" };
  const about = aboutOf(search);
  return (
    <GrantsFrame>
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {may("grant.read") && <Trial key={`${about} ${search.action}`} asked={asked} about={about} />}
    </GrantsFrame>
  );
}

interface Asked extends SimulatorSearch {
  readonly principal: string;
}

function aboutOf({ connection, credential }: SimulatorSearch): string {
  if (connection !== undefined) return `connection:${connection}`;
  return credential === undefined ? "" : `credential:${credential}`;
}

const START = { tainted: false, known: false, at: "", amount: "", currency: CURRENCY, tokens: "" };
export type Circumstances = typeof START;

function Trial({ asked, about }: { asked: Asked; about: string }) {
  const client = useClient();
  const actions = useActionsOf(about);
  const action = actions.find(({ id }) => id === asked.action) ?? (actions.length === 1 ? actions[0] : undefined);
  const fields = action === undefined ? [] : argumentFields(action.input);
  const [typed, setTyped] = useState<Typed>({});
  const [round, setRound] = useState<Circumstances>(START);
  const given = argumentsOf(fields, typed);
  const { connection, credential, principal } = asked;
  const ask = useMutation({
    mutationFn: () => {
      const body = {
        principal,
        connection,
        credential,
        action: action?.id ?? "",
        arguments: given.arguments,
        ...circumstancesOf(round),
      };
      return client.simulate({ body: new RawBody(JSON.stringify(body), "application/json") });
    },
  });
  const problems = problemsOf(ask.error);
  const shown = new Set(fields.map(({ name }) => `arguments.${name}`));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (given.unreadable.size === 0) ask.mutate();
  };
  return (
    <div className="grid gap-8 px-4 pb-8 md:px-6 @4xl:grid-cols-2">
      <form className="max-w-xl space-y-4" onSubmit={submit} noValidate autoComplete="off">
        <WhoAndWhat asked={asked} about={about} action={action?.id ?? ""} />
        {fields.length > 0 && (
          <fieldset className="space-y-3 rounded-md border border-line p-3">
            <legend className="px-1 text-13 font-medium">{words.arguments}</legend>
            <ArgumentFields
              fields={fields}
              typed={typed}
              change={setTyped}
              unreadable={given.unreadable}
              problem={(name) => problems.find(({ field }) => headOf(field) === `arguments.${name}`)?.message}
            />
          </fieldset>
        )}
        <Round round={round} change={setRound} />
        {ask.isError && !problems.some(({ field }) => shown.has(headOf(field))) && <ErrorNote error={ask.error} />}
        <Button type="submit" look="primary" disabled={ask.isPending || action === undefined}>
          {words.go}
        </Button>
      </form>
      {ask.data && <Simulation key={ask.submittedAt} simulated={ask.data} />}
    </div>
  );
}

/** `arguments.to` of `arguments.to[1].name`. */
function headOf(field: string): string {
  return /^arguments\.[^.[]+/.exec(field)?.[0] ?? field;
}

function circumstancesOf({ tainted, known, at, amount, currency, tokens }: Circumstances) {
  return {
    tainted,
    known,
    ...(at === "" ? {} : { at: momentOf(at) }),
    ...(amount.trim() === "" ? {} : { cost: { amount: numberOf(amount), currency } }),
    ...(tokens.trim() === "" ? {} : { tokens: numberOf(tokens) }),
  };
}

function WhoAndWhat({ asked, about, action }: { asked: Asked; about: string; action: string }) {
  const navigate = useNavigate();
  const principals = usePrincipals();
  const abouts = useAbouts();
  const actions = useActionsOf(about);
  const { connection, credential, principal } = asked;
  const go = (search: SimulatorSearch) => void navigate({ ...paths.simulator(search), replace: true });
  return (
    <>
      <Field label={words.who}>
        {(control) => (
          <select
            {...control}
            value={principal}
            onChange={({ target }) => go({ ...asked, principal: target.value })}
            className="field"
          >
            <Options value={principal} choices={principals} />
          </select>
        )}
      </Field>
      <Field label={draftWords.about}>
        {(control) => (
          <select
            {...control}
            value={about}
            onChange={({ target }) => {
              const [kind, slug] = splitAbout(target.value);
              go({ principal, ...(kind === null ? {} : { [kind]: slug }) });
            }}
            className="field"
          >
            <option value="">{draftWords.anything}</option>
            <Options value={about} choices={abouts} />
          </select>
        )}
      </Field>
      <Field label={words.action}>
        {(control) => (
          <select
            {...control}
            value={action}
            onChange={({ target }) => go({ principal, connection, credential, action: target.value })}
            className="field"
          >
            <option value="">{words.chooseAction}</option>
            {actions.map(({ id, title }) => (
              <option key={id} value={id}>
                {title} ({id})
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}

function Round({ round, change }: { round: Circumstances; change: (round: Circumstances) => void }) {
  return (
    <div className="space-y-3">
      {(["tainted", "known"] as const).map((name) => (
        <label key={name} className="flex items-center gap-2 text-13">
          <input
            type="checkbox"
            checked={round[name]}
            onChange={({ target }) => change({ ...round, [name]: target.checked })}
          />
          {words[name]}
        </label>
      ))}
      <Field label={words.at} help={words.atHelp}>
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            value={round.at}
            onChange={({ target }) => change({ ...round, at: target.value })}
            className="field"
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={words.cost}>
          {(control) => (
            <span className="flex gap-2">
              <input
                {...control}
                inputMode="decimal"
                value={round.amount}
                onChange={({ target }) => change({ ...round, amount: target.value })}
                className="field"
              />
              <input
                aria-label={draftWords.currency}
                maxLength={3}
                value={round.currency}
                onChange={({ target }) => change({ ...round, currency: target.value.toUpperCase() })}
                className="field w-16"
              />
            </span>
          )}
        </Field>
        <Field label={words.tokens}>
          {(control) => (
            <input
              {...control}
              inputMode="numeric"
              value={round.tokens}
              onChange={({ target }) => change({ ...round, tokens: target.value })}
              className="field"
            />
          )}
        </Field>
      </div>
    </div>
  );
}
