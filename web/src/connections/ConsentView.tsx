import type { Consent } from "@steward/sdk";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useClient } from "../api/client.ts";
import { connectionKeys } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { visible } from "../visible.ts";

const { consent: words } = say.connections;

/** What the provider is going to ask the person for, and why, before they are sent there. */
export function ConsentView({
  consent,
  title,
  differently,
}: {
  consent: Consent;
  title: string;
  /** Leads back to choosing what it is to be used for. */
  differently: () => void;
}) {
  const { asks, authorizationUrl, device, connection } = consent;
  return (
    <section aria-label={words.title} className="space-y-4 text-13">
      {asks.length > 0 && (
        <>
          <h3 className="font-medium">{words.title}</h3>
          <ul className="space-y-1.5">
            {asks.map(({ scope, means, for: actions }) => (
              <li key={scope}>
                {visible(means)}{" "}
                <span className="text-text-2">
                  {actions.length === 0 ? words.identity : words.for(actions.join(", "))}
                </span>
                <code className="block font-mono text-12 break-all text-text-3">{visible(scope)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {authorizationUrl !== null && (
        <>
          <p className="text-text-2">{words.leave(new URL(authorizationUrl).host)}</p>
          <div className="flex flex-wrap gap-2">
            <a href={authorizationUrl} rel="noreferrer" className={buttonClasses("primary")}>
              {words.go(title)}
            </a>
            <Button look="quiet" onClick={differently}>
              {words.differently}
            </Button>
          </div>
        </>
      )}
      {device && <DeviceCode slug={connection.slug} device={device} />}
      {authorizationUrl === null && device === null && <p role="status">{words.nothing}</p>}
    </section>
  );
}

/** A code to enter elsewhere; asks as often as the provider allows whether it was. */
function DeviceCode({ slug, device }: { slug: string; device: NonNullable<Consent["device"]> }) {
  const client = useClient();
  const queries = useQueryClient();
  const { here } = useSession();
  const asked = useQuery({
    queryKey: ["device-consent", here.project.id, slug, device.userCode],
    queryFn: ({ signal }) => client.pollDeviceConsent({ slug, signal }),
    refetchInterval: ({ state }) => (state.data === undefined ? device.everyMs : (state.data.againMs ?? false)),
    retry: false,
  });
  const state = asked.data?.state ?? "waiting";
  const project = here.project.id;
  useEffect(() => {
    if (state === "connected") void queries.invalidateQueries({ queryKey: connectionKeys.connections(project) });
  }, [state, queries, project]);
  return (
    <div className="space-y-2">
      <p>{words.code}</p>
      <p className="flex items-center gap-1">
        <code className="font-mono text-20 font-semibold select-all">{device.userCode}</code>
        <CopyButton text={device.userCode} label={words.copyCode} />
      </p>
      <a
        href={device.completeUrl ?? device.verificationUrl}
        target="_blank"
        rel="noreferrer"
        className={buttonClasses("plain")}
      >
        {words.openProvider}
      </a>
      <p role="status">{state === "waiting" ? words.waiting : words.states[state]}</p>
      {asked.isError && <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
    </div>
  );
}
