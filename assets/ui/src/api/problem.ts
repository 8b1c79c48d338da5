// Errors as the API gives them (RFC 9457), and the ones that never reached it.
import type { FieldError, Problem } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly fields: FieldError[];
  readonly requestId: string | null;
  /** Seconds after which it may go better, where the server said so. */
  readonly retryAfter: number | null;

  constructor(problem: Partial<Problem> & { title: string; status: number; code: string }, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail ?? null;
    this.fields = problem.errors ?? [];
    this.requestId = problem.request_id ?? null;
    this.retryAfter = retryAfter;
  }

  /** What is wrong with one field, if the server said so. */
  field(name: string): string | undefined {
    const message = this.fields.find((error) => error.field === name)?.message;
    return message && message.charAt(0).toUpperCase() + message.slice(1);
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}

/** The error of an answer that was not a success, whatever its body holds. */
export function errorFromAnswer(status: number, body: unknown, retryAfter: number | null = null): ApiError {
  if (isProblem(body)) return new ApiError({ ...body, status }, retryAfter);
  return new ApiError({
    status,
    code: "unreadable_answer",
    title: `The server answered ${status}`,
    detail: "The answer was not in the expected form. A proxy in between may have sent it.",
  });
}

/** The error of a request that got no answer at all. */
export function errorFromNetwork(): ApiError {
  return new ApiError({
    status: 0,
    code: "unreachable",
    title: "The server cannot be reached",
    detail: "It may be restarting, or your connection is down. Nothing was changed.",
  });
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({
    status: 0,
    code: "page_error",
    title: "Something went wrong in this page",
    detail: error instanceof Error ? error.message : String(error),
  });
}
