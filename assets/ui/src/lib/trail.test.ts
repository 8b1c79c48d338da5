import { expect, it } from "vitest";
import { callerName, eventTitle } from "./trail";

it("reads an event's name as words", () => {
  expect(eventTitle("ModifyWorkspaceProperties")).toBe("Modify WorkSpace properties");
  expect(eventTitle("CreateTags")).toBe("Create tags");
});

it("names the caller by what is known", () => {
  expect(callerName({ user_name: "paula.costa" })).toBe("paula.costa");
  expect(callerName({ user_arn: "arn:aws:sts::1:assumed-role/Support/ada" })).toBe("ada");
  expect(callerName({})).toBe("not known");
});
