import { expect, it } from "vitest";
import type { Me } from "../api/types";
import { may } from "./access";

const me = (role: "viewer" | "operator" | "admin", global_admin = false) =>
  ({
    global_admin,
    permissions: [{ organization_id: "a", organization_name: "A", role }],
  }) as Me;

it("follows the roles", () => {
  expect(may(me("viewer"), "run_sync")).toBe(false);
  expect(may(me("operator"), "run_sync")).toBe(true);
  expect(may(me("operator"), "manage_accounts")).toBe(false);
  expect(may(me("admin"), "manage_accounts", "a")).toBe(true);
  expect(may(me("admin"), "manage_accounts", "b")).toBe(false);
  expect(may(me("admin"), "manage_installation")).toBe(false);
  expect(may(me("viewer", true), "manage_installation")).toBe(true);
});
