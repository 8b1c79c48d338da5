import { beforeEach, describe, expect, it, vi } from "vitest";
import { accounts, inventory, session } from "./endpoints";
import { ApiError } from "./problem";

const answers: Response[] = [];
const sent: Request[] = [];

beforeEach(() => {
  answers.length = 0;
  sent.length = 0;
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError("network down"));
  });
});

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

const failure = (pending: Promise<unknown>) => pending.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error as ApiError,
  );

describe("requests", () => {
  it("repeat a parameter for each alternative and leave out what is not set", async () => {
    answers.push(json(200, { items: [], total: 0 }));
    await inventory.workspaces({ state: ["STOPPED", "ERROR"], "tag.Team": [""], q: undefined });
    expect(new URL(sent[0]?.url ?? "").search).toBe("?state=STOPPED&state=ERROR&tag.Team=");
    expect(sent[0]?.headers.get("x-stocktake-csrf")).toBeNull();
  });

  it("carry the proof of their page when they write", async () => {
    answers.push(json(200, {}), new Response(null, { status: 204 }));
    await session.logIn({ username: "a", password: "b" });
    await session.logOut();
    expect(sent.map((request) => [request.method, request.headers.get("x-stocktake-csrf")])).toEqual([
      ["POST", "1"],
      ["DELETE", "1"],
    ]);
  });
});

describe("failures", () => {
  it("keep what the server said, field by field", async () => {
    answers.push(
      json(400, {
        type: "about:blank",
        title: "The request is not valid",
        status: 400,
        code: "invalid_request",
        detail: "the id is too short",
        errors: [{ field: "id", message: "12 digits" }],
        request_id: "r-1",
      }),
    );
    const error = await failure(accounts.create({ id: "1", organization_id: "o", regions: [] }));
    expect(error).toBeInstanceOf(ApiError);
    expect([error.status, error.code, error.detail, error.requestId]).toEqual([400, "invalid_request", "the id is too short", "r-1"]);
    expect(error.field("id")).toBe("12 digits");
    expect(error.field("name")).toBeUndefined();
  });

  it("are told apart when no answer came, or one from somebody else", async () => {
    const unreachable = await failure(inventory.regions());
    expect(unreachable.code).toBe("unreachable");
    answers.push(new Response("<html>Bad gateway</html>", { status: 502 }));
    const foreign = await failure(inventory.regions());
    expect([foreign.status, foreign.code]).toEqual([502, "unreadable_answer"]);
  });
});
