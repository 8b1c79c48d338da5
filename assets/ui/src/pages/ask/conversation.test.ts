import { expect, it } from "vitest";
import { ApiError } from "../../api/problem";
import type { Answer } from "../../api/types";
import { followed, NOTHING_ASKED, questionsOf, reduce, threadOf, type Action, type Conversation } from "./conversation";

const after = (...actions: Action[]): Conversation => actions.reduce(reduce, NOTHING_ASKED);
const asked = (run: string, question: string, thread?: string): Action => ({ type: "asked", run, at: 1, request: { question }, thread });
const answer = (id: string, more: Partial<Answer> = {}): Answer => ({
  id,
  question: "q",
  outcome: "answered",
  duration_ms: 3,
  asked_at: "2026-11-20T22:00:00Z",
  ...more,
});
const answered = (run: string, data: Answer): Action => ({ type: "event", run, event: { event: "answer", data } });
const phaseOf = (state: Conversation, thread = 0, turn = 0) => state.threads[thread]?.turns[turn]?.phase;

it("puts a new question first and a follow-up at the end of its thread", () => {
  const state = after(asked("a", "one"), asked("b", "two"), asked("c", "only in eu-west-1", "a"));
  expect(state.threads.map((thread) => thread.turns.map((turn) => turn.request.question))).toEqual([
    ["two"],
    ["one", "only in eu-west-1"],
  ]);
  expect(questionsOf(state)).toEqual(["two", "only in eu-west-1", "one"]);
  expect(threadOf(state, "one")?.key).toBe("a");
  expect(threadOf(state, "only in eu-west-1")).toBeUndefined();
});

it("collects what is told on the way to an answer", () => {
  const before = after(
    asked("a", "one"),
    { type: "event", run: "a", event: { event: "started", data: { id: "q1" } } },
    { type: "event", run: "a", event: { event: "tier", data: { tier: "model" } } },
    { type: "event", run: "a", event: { event: "token", data: { text: "SELECT " } } },
    { type: "event", run: "a", event: { event: "token", data: { text: "1" } } },
  );
  expect(phaseOf(before)).toEqual({ kind: "asking", since: 1, id: "q1", tier: "model", written: "SELECT 1" });
  expect(phaseOf(reduce(before, answered("a", answer("q1"))))).toEqual({ kind: "answered", answer: answer("q1") });
});

it("asks a turn again in the sense of one reading, and keeps the other readings at hand", () => {
  const readings = [{ id: "r1", label: "by user" }, { id: "r2", label: "by account" }];
  const unclear = after(asked("a", "one"), answered("a", answer("q1", { outcome: "ambiguous", readings })));
  const chosen = reduce(unclear, { type: "again", turn: "a", run: "b", at: 2, reading: "r2" });
  expect(chosen.threads[0]?.turns[0]).toMatchObject({ key: "a", run: "b", readings, request: { question: "one", reading: "r2" } });
  expect(reduce(chosen, answered("b", answer("q2"))).threads[0]?.turns[0]?.readings).toEqual(readings);
});

it("takes no news of a try that was cancelled or replaced", () => {
  const cancelled = after(asked("a", "one"), { type: "cancelled", run: "a" });
  expect(reduce(cancelled, answered("a", answer("q1")))).toBe(cancelled);
  const again = reduce(cancelled, { type: "again", turn: "a", run: "b", at: 2 });
  const error = new ApiError({ title: "Late", status: 500, code: "internal" });
  expect(reduce(again, { type: "failed", run: "a", at: 3, error })).toBe(again);
  expect(phaseOf(reduce(again, { type: "failed", run: "b", at: 3, error }))).toEqual({ kind: "failed", error, at: 3 });
});

it("follows up on the newest answer there is, not on a refusal after it", () => {
  const first = after(asked("a", "one"), answered("a", answer("q1")));
  const refused = [asked("b", "by colour", "a"), answered("b", answer("q2", { outcome: "cannot_answer" }))].reduce(reduce, first);
  const [thread] = refused.threads;
  expect(thread && followed(thread)?.id).toBe("q1");
  expect(followed({ key: "x", turns: [] })).toBeUndefined();
});

it("leaves every other thread as it is", () => {
  const state = after(asked("a", "one"), asked("b", "two"));
  const next = reduce(state, { type: "judged", turn: "b", feedback: "right" });
  expect(next.threads[0]?.turns[0]?.feedback).toBe("right");
  expect(next.threads[1]).toBe(state.threads[1]);
  expect(reduce(next, { type: "cleared" })).toEqual(NOTHING_ASKED);
});
