/** Words of what surrounds the pages: project, organization, account. */
import { visible } from "../visible.ts";

export const shell = {
  switchProject: (name: string) => `Project ${name}: go to another`,
  findProject: "Find a project…",
  findProjectLabel: "Project to go to",
  noProjectFound: "No project of that name that you may enter.",
  account: "Account",
  organization: "Organization and members",
  organizationShort: "Organization",
  audit: "Audit log",
  installation: "Installation",
  notYours: {
    title: "Your role doesn’t show you this",
    what: (may: string, organization: string) =>
      `It takes a role in “${visible(organization)}” that lets you ${may}. Whoever manages its roles can give you one.`,
  },
  noProjectShown: {
    title: "No project to show",
    of: (organization: string) => `Your role in “${visible(organization)}” doesn’t show you its projects`,
    what: (organization: string) =>
      `You belong to it. A project’s link opens only where your role, or one that you were given in that project, lets you see the project. Otherwise ask whoever manages the roles of “${visible(organization)}”.`,
    way: (organization: string) => `What you may see of ${visible(organization)}`,
  },
} as const;
