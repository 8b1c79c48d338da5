import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Recommendation } from "../../api/types";
import { openPage, playServer, refuse, type Asked } from "../../testPage";
import { OptimizerPage } from "./OptimizerPage";

const row = (more: Partial<Recommendation>): Recommendation => ({
  id: "1-ws-a-running_mode",
  organization_id: "o1",
  organization_name: "Acme",
  account_id: "1",
  account_name: "Acme",
  region: "eu-west-1",
  workspace_id: "ws-a",
  user_name: "ada",
  compute_type: "STANDARD",
  running_mode: "AUTO_STOP",
  kind: "running_mode",
  title: "Switch to ALWAYS_ON",
  change: { verb: "running_mode", running_mode: "ALWAYS_ON" },
  saving: 20,
  saving_low: 15,
  saving_high: 25,
  cost_now: 55,
  cost_then: 35,
  formula: "$10.00 + 150 h × $0.30 = $55.00 against $35.00 a month",
  when: "now",
  inputs: [{ name: "Break-even", value: "84 hours a month" }],
  evidence: [
    { month: "2026-10", connected_hours: 140, billable_hours: 150, unknown_hours: 2, cost_always_on: 35, cost_auto_stop: 55 },
  ],
  confidence: "high",
  confidence_reason: "It would have saved in 3 of 3 months.",
  as_of: "2026-11-25T00:00:00Z",
  ...more,
});

const ROWS = [
  row({}),
  row({ id: "1-ws-b-idle", workspace_id: "ws-b", user_name: "bob", organization_id: "o2", organization_name: "Beta", saving: null, saving_low: null, saving_high: null }),
  row({ id: "1-ws-c-orphaned", workspace_id: "ws-c", user_name: "cleo", change: null, saving: 5, saving_low: 5, saving_high: 5 }),
];

const totals = {
  recommendations: 3,
  desktops: 3,
  saving: 25,
  saving_low: 20,
  saving_high: 30,
  cost_now: 100,
  without_price: 1,
  left_alone: [{ reason: "opted out by tag", desktops: 2 }],
  as_of: "2026-11-25T00:00:00Z",
};

function server({ method, path, search, body }: Asked): unknown {
  if (path.endsWith("/summary")) return totals;
  if (path.endsWith("/recommendations")) {
    const wanted = search.getAll("workspace_id");
    const items = ROWS.filter((one) => wanted.length === 0 || wanted.includes(one.workspace_id));
    return { items, total: items.length };
  }
  if (path.endsWith("/plans") && method === "POST") {
    const { recommendation_ids: ids } = body as { recommendation_ids: string[] };
    if (ids.includes("1-ws-b-idle")) return refuse(409, "actions_disabled", "Changing desktops is switched off", "Beta does not allow changes yet.");
    return { id: "p1", organization_name: "Acme" };
  }
  return undefined;
}

it("shows the sums, says plainly what has no price, and keeps filters in the address", async () => {
  const asked = playServer(server);
  const router = openPage("/optimizer", OptimizerPage, "/optimizer?confidence=high");
  const table = await screen.findByRole("table", { name: "Recommendations" });
  expect(screen.getByText("$20 to $30 · 25 % of $100")).toBeTruthy();
  expect(screen.getByText("2 opted out by tag")).toBeTruthy();
  expect(within(table).getByText("no price")).toBeTruthy();
  expect(within(table).queryByText("$0.00")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /^Kind/, expanded: false }));
  await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: /Idle/ }));
  expect(router.state.location.searchStr).toBe("?confidence=high&kind=idle");
  const last = asked.findLast((one) => one.path.endsWith("/recommendations"));
  expect([last?.search.get("confidence"), last?.search.get("kind"), last?.search.get("sort")]).toEqual(["high", "idle", "-saving"]);
});

it("opens the evidence that the address names", async () => {
  playServer(server);
  openPage("/optimizer", OptimizerPage, "/optimizer?open=1-ws-a-running_mode");
  const drawer = await screen.findByRole("dialog", { name: "Switch to Always on" });
  expect(within(drawer).getByText("$10.00 + 150 h × $0.30 = $55.00 against $35.00 a month")).toBeTruthy();
  expect(within(drawer).getByText("($15.00 to $25.00)")).toBeTruthy();
  expect(within(drawer).getByText("It would have saved in 3 of 3 months.")).toBeTruthy();
  expect(within(drawer).getByRole("row", { name: /Oct 2026 140 h 150 h 2 h \$55.00 \$35.00/ })).toBeTruthy();
});

it("builds a plan for each client, and shows why one was refused", async () => {
  const asked = playServer(server);
  openPage("/optimizer", OptimizerPage, "/optimizer");
  await screen.findByRole("table", { name: "Recommendations" });
  const orphan = screen.getByRole<HTMLInputElement>("checkbox", { name: "A person has to decide what to do here" });
  expect(orphan.disabled).toBe(true);
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose every row shown" }));
  expect(screen.getByText("2 chosen · $20.00 a month less · 1 without a price")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Build a plan" }));
  await userEvent.click(await screen.findByRole("button", { name: "Make 2 plans" }));
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("Beta does not allow changes yet.", { exact: false })).toBeTruthy();
  expect(within(alert).getByRole("link", { name: "Settings of changes" }).getAttribute("href")).toContain("/settings");
  const made = asked.filter((one) => one.method === "POST").map((one) => (one.body as { recommendation_ids: string[] }).recommendation_ids);
  expect(made).toEqual([["1-ws-a-running_mode"], ["1-ws-b-idle"]]);
});

it("offers no plan to those who may not make one", async () => {
  playServer(server);
  openPage("/optimizer", OptimizerPage, "/optimizer", { global_admin: false, permissions: [{ organization_id: "o1", role: "viewer" }] as never });
  await screen.findByRole("table", { name: "Recommendations" });
  expect(screen.queryByRole("checkbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Work out anew" })).toBeNull();
});
