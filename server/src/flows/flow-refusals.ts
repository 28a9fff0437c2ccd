import { AppError } from "../core/errors.ts";

export function noSuchFlow(slug: string): AppError {
  return new AppError("not_found", `there is no flow "${slug}" in this project`, { flow: slug });
}
