import type { Proof } from "@steward/sdk";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { installationKeys, PROOF_MS_MAX, proofQuery } from "../api/installation-queries.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Time } from "../ui/Time.tsx";
import { durationWords } from "../words.ts";
import { InstallationFrame } from "./InstallationFrame.tsx";
import { mergeProof } from "./merge-proof.ts";
import { PromiseList } from "./PromiseList.tsx";

const { proof: words } = say.people.installation;

/** The promises, tried against this installation while one watches. */
export function ProofPage() {
  const proof = useQuery(proofQuery).data ?? null;
  const prove = useProve();
  const only = prove.isPending ? (prove.variables ?? null) : null;
  return (
    <InstallationFrame
      actions={
        <Button look="primary" icon="play" disabled={prove.isPending} onClick={() => prove.mutate(undefined)}>
          {proof === null ? words.run : words.again}
        </Button>
      }
    >
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-4 text-13 md:px-6">
        <p className="max-w-[72ch] text-text-2">{words.what}</p>
        {prove.isPending ? <Progress since={prove.submittedAt} /> : proof !== null && <Sum proof={proof} />}
      </div>
      {prove.isError && (
        <div className="px-4 pb-4 md:px-6">
          <ErrorNote error={prove.error} retry={() => prove.mutate(prove.variables)} />
        </div>
      )}
      <PromiseList
        promises={proof?.promises ?? []}
        trying={only}
        again={prove.isPending ? null : (id) => prove.mutate(id)}
      />
    </InstallationFrame>
  );
}

/** Tries all promises, or one of them by its id. */
function useProve() {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationKey: installationKeys.proof,
    mutationFn: (id: string | undefined) =>
      client.prove({ body: id === undefined ? {} : { only: [id] }, timeoutMs: PROOF_MS_MAX }),
    onSuccess: (now, id) =>
      queries.setQueryData<Proof | null>(installationKeys.proof, (before) =>
        id === undefined ? now : mergeProof(before ?? null, now),
      ),
  });
}

function Progress({ since }: { since: number }) {
  const [start] = useState(since);
  const now = useNow(1000);
  return (
    <p className="font-medium text-running">
      <span role="status">{words.trying}</span>{" "}
      <span aria-hidden>{durationWords(Math.max(0, Math.floor((now - start) / 1000) * 1000))}</span>
    </p>
  );
}

function Sum({ proof: { kept, broken, promises, provedAt } }: { proof: Proof }) {
  return (
    <p role="status" className={broken > 0 ? "font-medium text-failed" : "font-medium text-done"}>
      {words.sum(kept, broken, promises.length - kept - broken)}
      <span className="ml-2 font-normal text-text-3">
        <Time at={provedAt} />
      </span>
    </p>
  );
}
