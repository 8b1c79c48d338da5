import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatAlert,
  formatConstant,
  formatCount,
  formatDuration,
  formatListing,
  formatUtc,
  formatValue,
  idOnce,
} from "./format";

const now = Date.parse("2026-11-21T12:00:00Z");

describe("ages", () => {
  it.each([
    ["2026-11-21T11:59:57Z", "just now"],
    ["2026-11-21T11:59:20Z", "40 seconds ago"],
    ["2026-11-21T11:30:00Z", "30 minutes ago"],
    ["2026-11-21T02:00:00Z", "10 hours ago"],
    ["2026-11-11T12:00:00Z", "10 days ago"],
    ["2026-05-21T12:00:00Z", "6 months ago"],
    ["2026-11-21T14:00:00Z", "in 2 hours"],
  ])("%s is %s", (iso, words) => {
    expect(formatAge(iso, now)).toBe(words);
  });
});

describe("amounts", () => {
  it("counts in words", () => {
    expect(formatCount(1, "desktop")).toBe("1 desktop");
    expect(formatCount(12_345, "desktop")).toBe("12,345 desktops");
  });

  it.each([
    [420, "0.4 s"],
    [12_400, "12 s"],
    [185_000, "3 min 05 s"],
    [179_700, "3 min 00 s"],
  ])("%d ms is %s", (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words);
  });
});

describe("texts", () => {
  it("reads AWS constants aloud and leaves names alone", () => {
    expect(formatConstant("ADMIN_MAINTENANCE")).toBe("Admin maintenance");
    expect(formatConstant("Acme Ltd")).toBe("Acme Ltd");
    expect(formatConstant("GRAPHICS_G4DN")).toBe("Graphics.g4dn");
    expect(formatConstant("POWERPRO")).toBe("PowerPro");
    expect(formatConstant("WINDOWS_SERVER_2022")).toBe("Windows Server 2022");
    expect(formatConstant("UBUNTU_22_04")).toBe("Ubuntu 22.04");
    expect(formatConstant("AD_CONNECTOR")).toBe("AD connector");
  });

  it("names listings, alerts and accounts", () => {
    expect(formatListing("workspaces")).toBe("WorkSpaces");
    expect(formatListing("connection_status")).toBe("Connection status");
    expect(formatAlert("bundles_shrank")).toBe("Far fewer bundles than before");
    expect(formatAlert("something_new")).toBe("Something new");
    expect(idOnce("Account 614788983948 (614788983948) cannot be read")).toBe("Account 614788983948 cannot be read");
    expect(idOnce("Account Acme (614788983948) cannot be read")).toBe("Account Acme (614788983948) cannot be read");
  });

  it("writes history values on one line", () => {
    expect(formatValue(null)).toBe("—");
    expect(formatValue(true)).toBe("yes");
    expect(formatValue(["PCOIP", "WSP"])).toBe("PCOIP, WSP");
    expect(formatValue({ a: 1 })).toBe('{"a":1}');
  });

  it("writes UTC without a zone of its own", () => {
    expect(formatUtc("2026-11-21T10:00:00+01:00")).toBe("2026-11-21 09:00:00 UTC");
  });
});
