import type { FastifyServerOptions } from "fastify";
import { AppError } from "../core/errors.ts";
import { codeOf } from "../core/thrown.ts";
import { problemOfRefusal } from "./problem.ts";
import { API_HEADERS } from "./security-headers.ts";

type Socket = Parameters<NonNullable<FastifyServerOptions["clientErrorHandler"]>>[1];

/** Answers what Node could not read as a request, or what did not arrive in time, and closes the connection. */
export function refuseBrokenRequest(error: Error, socket: Socket): void {
  const code = codeOf(error) ?? "";
  // A broken connection, or one that failed to become secure: nobody there reads an answer.
  if (!/^(?:HPE|ERR_HTTP)_/.test(code) || !socket.writable) return void socket.destroy();
  const { status, headers, body } = problemOfRefusal(refusalOf(code));
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...API_HEADERS,
    ...headers,
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  socket.end(
    `HTTP/1.1 ${status} ${body.title}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`,
  );
}

function refusalOf(code: string): AppError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new AppError("request_timeout", "The request was not whole when its time was over.");
  if (code === "HPE_HEADER_OVERFLOW") return new AppError("headers_too_large", "The headers are larger than 16 KB.");
  return new AppError("invalid_request", "This is not HTTP as this server reads it.");
}
