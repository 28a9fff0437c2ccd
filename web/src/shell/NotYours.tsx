import { type Permission, PERMISSIONS } from "@steward/sdk";
import { say } from "../language.ts";
import { EmptyState } from "../ui/EmptyState.tsx";

/** In place of a part of an organization that the person's role keeps from them: what it takes, and whom to ask. */
export function NotYours({ needs, organization }: { needs: Permission; organization: string }) {
  const { notYours } = say.shell;
  return <EmptyState title={notYours.title} what={notYours.what(PERMISSIONS[needs].may, organization)} />;
}
