import { useSession } from "../api/session.ts";
import { paths } from "../paths.ts";
import { GoTo } from "./GoTo.tsx";

/** Where a person begins: with the flows, else with what their role is about. */
export function Home() {
  const { may } = useSession();
  if (may("flow.read")) return <GoTo by={(navigate) => navigate({ ...paths.flows(), replace: true })} />;
  if (may("audit.read")) return <GoTo by={(navigate) => navigate({ ...paths.audit(), replace: true })} />;
  return <GoTo by={(navigate) => navigate({ ...paths.organization(), replace: true })} />;
}
