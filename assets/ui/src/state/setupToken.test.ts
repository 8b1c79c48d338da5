import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useSetupToken } from "./setupToken";

it("follows a link that is pasted into the open page", () => {
  const { result } = renderHook(() => useSetupToken());
  expect(result.current).toBeUndefined();
  act(() => {
    window.history.replaceState(null, "", "#token=recover-abc");
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  });
  expect(result.current).toBe("recover-abc");
});
