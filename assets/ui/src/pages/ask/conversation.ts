// What was asked in this session, and how far each question is. Pure: one action after another makes
// the next conversation. A thread is a question with its follow-ups; threads stand newest first.
import type { ApiError } from "../../api/problem";
import type { Answer, AskEvent, AskRequest, Feedback, Reading, Tier } from "../../api/types";

export type Phase =
  | { kind: "asking"; since: number; id?: string; tier?: Tier; written: string; sql?: string }
  | { kind: "answered"; answer: Answer }
  | { kind: "failed"; error: ApiError; at: number }
  | { kind: "cancelled" };

export interface Turn {
  key: string;
  /** Names the newest try, so that the late news of an earlier one are not taken for it. */
  run: string;
  request: AskRequest;
  /** What it may mean, once an answer offered that. */
  readings: Reading[];
  feedback?: Feedback;
  phase: Phase;
}

export interface Thread {
  key: string;
  turns: Turn[];
}

export interface Conversation {
  threads: Thread[];
  /** The run that was begun last. */
  newest?: string;
}

export const NOTHING_ASKED: Conversation = { threads: [] };

export type Action =
  /** Without a thread, the question begins one. `run` also becomes the key of what is new. */
  | { type: "asked"; run: string; at: number; request: AskRequest; thread?: string | undefined }
  /** The same turn once more, as it was or in the sense of one reading. */
  | { type: "again"; turn: string; run: string; at: number; reading?: string | undefined }
  | { type: "event"; run: string; event: AskEvent }
  | { type: "failed"; run: string; at: number; error: ApiError }
  | { type: "cancelled"; run: string }
  | { type: "judged"; turn: string; feedback: Feedback }
  | { type: "cleared" };

export function reduce(state: Conversation, action: Action): Conversation {
  switch (action.type) {
    case "asked":
      return withQuestion(state, action);
    case "again":
      return {
        ...change(state, (turn) => turn.key === action.turn, (turn) => askedAgain(turn, action)),
        newest: action.run,
      };
    case "event":
      return change(state, running(action.run), (turn) => withEvent(turn, action.event));
    case "failed":
      return change(state, running(action.run), (turn) => ({
        ...turn,
        phase: { kind: "failed", error: action.error, at: action.at },
      }));
    case "cancelled":
      return change(state, running(action.run), (turn) => ({ ...turn, phase: { kind: "cancelled" } }));
    case "judged":
      return change(state, (turn) => turn.key === action.turn, (turn) => ({ ...turn, feedback: action.feedback }));
    case "cleared":
      return NOTHING_ASKED;
  }
}

const running = (run: string) => (turn: Turn) => turn.run === run && turn.phase.kind === "asking";

function asking(at: number): Phase {
  return { kind: "asking", since: at, written: "" };
}

function withQuestion(state: Conversation, { run, at, request, thread }: Extract<Action, { type: "asked" }>): Conversation {
  const turn: Turn = { key: run, run, request, readings: [], phase: asking(at) };
  if (thread === undefined) return { newest: run, threads: [{ key: run, turns: [turn] }, ...state.threads] };
  return {
    newest: run,
    threads: state.threads.map((one) => (one.key === thread ? { ...one, turns: [...one.turns, turn] } : one)),
  };
}

function askedAgain(turn: Turn, { run, at, reading }: Extract<Action, { type: "again" }>): Turn {
  const { key, readings, request } = turn;
  // Another answer will come, so what was thought of this one goes.
  return { key, run, readings, request: reading === undefined ? request : { ...request, reading }, phase: asking(at) };
}

function withEvent(turn: Turn, event: AskEvent): Turn {
  if (event.event === "answer") {
    const readings = event.data.readings ?? [];
    return { ...turn, readings: readings.length > 0 ? readings : turn.readings, phase: { kind: "answered", answer: event.data } };
  }
  const { phase } = turn;
  if (phase.kind !== "asking") return turn;
  switch (event.event) {
    case "started":
      return { ...turn, phase: { ...phase, id: event.data.id } };
    case "tier":
      return { ...turn, phase: { ...phase, tier: event.data.tier } };
    case "token":
      return { ...turn, phase: { ...phase, written: phase.written + event.data.text } };
    case "sql":
      return { ...turn, phase: { ...phase, sql: event.data.sql } };
  }
}

/** Threads and turns that stay the same stay the same objects, so that only one answer is drawn anew. */
function change(state: Conversation, which: (turn: Turn) => boolean, how: (turn: Turn) => Turn): Conversation {
  if (!state.threads.some((thread) => thread.turns.some(which))) return state;
  return {
    ...state,
    threads: state.threads.map((thread) =>
      thread.turns.some(which) ? { ...thread, turns: thread.turns.map((turn) => (which(turn) ? how(turn) : turn)) } : thread,
    ),
  };
}

/** The answer that a follow-up of this thread is about: the newest that has SQL to edit. */
export function followed(thread: Thread): Answer | undefined {
  const answers = thread.turns.map((turn) => (turn.phase.kind === "answered" ? turn.phase.answer : undefined));
  return answers.findLast((answer) => answer?.outcome === "answered");
}

/** The newest thread that began with this question. */
export function threadOf(state: Conversation, question: string): Thread | undefined {
  return state.threads.find((thread) => thread.turns[0]?.request.question === question);
}

/** Every question of the session, newest first, each once. */
export function questionsOf(state: Conversation): string[] {
  const all = state.threads.flatMap((thread) => thread.turns.toReversed().map((turn) => turn.request.question));
  return [...new Set(all)];
}

/** The turn whose question was asked last. */
export function newestTurn(state: Conversation): Turn | undefined {
  return state.threads.flatMap((thread) => thread.turns).find((turn) => turn.run === state.newest);
}
