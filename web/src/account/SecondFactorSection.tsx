import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSignInClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { useAct } from "../ui/use-act.ts";
import { PasswordAsk } from "./PasswordAsk.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import { SecondFactorSetUp } from "./SecondFactorSetUp.tsx";

const { factor: words } = say.account;

type Doing =
  | { readonly what: "set_up" | "turn_off" | "new_codes" }
  | { readonly what: "codes"; codes: readonly string[] };

/** The authenticator app: setting it up, its recovery codes, its end. */
export function SecondFactorSection() {
  const { account, organizations } = useSignedIn();
  const auth = useSignInClient();
  const [doing, setDoing] = useState<Doing | null>(null);
  const queries = useQueryClient();
  const stop = () => setDoing(null);
  const kept = () => {
    stop();
    void queries.invalidateQueries({ queryKey: keys.session });
  };
  const turnOff = useAct({
    act: (password: string | undefined) => auth.endSecondFactor(password),
    changes: [keys.session],
    said: () => words.turnedOff,
    quiet: true,
    after: stop,
  });
  const showCodes = (codes: readonly string[]) => setDoing({ what: "codes", codes });
  const required = organizations.find(({ secondFactorRequired }) => secondFactorRequired);
  // Codes are shown once the app's first code was right; the account as it was asked for before may say otherwise.
  const on = account.secondFactor || doing?.what === "codes";
  const state = on ? words.on : words.off;
  return (
    <Section
      id="second-factor"
      title={words.title}
      what={required ? `${state} ${words.required(required.name)}` : state}
      action={
        doing === null && <Choices on={account.secondFactor} required={required !== undefined} choose={setDoing} />
      }
    >
      <div className="px-4 md:px-6">
        {doing?.what === "set_up" && <SecondFactorSetUp done={showCodes} cancel={stop} />}
        {doing?.what === "turn_off" && (
          <PasswordAsk
            what={words.turnOffWhat}
            verb={words.turnOffGo}
            cancel={stop}
            send={async (password) => await turnOff.mutateAsync(password)}
          />
        )}
        {doing?.what === "new_codes" && (
          <PasswordAsk
            what={words.newCodesWhat}
            verb={words.newCodesGo}
            cancel={stop}
            send={async (password) => showCodes(await auth.newRecoveryCodes(password))}
          />
        )}
        {doing?.what === "codes" && <RecoveryCodes codes={doing.codes} kept={kept} />}
      </div>
    </Section>
  );
}

function Choices({
  on,
  required,
  choose,
}: {
  on: boolean;
  required: boolean;
  choose: (doing: { what: "set_up" | "turn_off" | "new_codes" }) => void;
}) {
  if (!on) return <Button onClick={() => choose({ what: "set_up" })}>{words.setUp}</Button>;
  return (
    <span className="flex flex-wrap gap-2">
      <Button onClick={() => choose({ what: "new_codes" })}>{words.newCodes}</Button>
      {!required && (
        <Button look="danger" onClick={() => choose({ what: "turn_off" })}>
          {words.turnOff}
        </Button>
      )}
    </span>
  );
}
