import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ConfirmDialog } from "./ConfirmDialog";
import { TextField } from "./Field";

it("ties a field to its error", () => {
  render(<TextField label="Account id" hint="12 digits" error="this has 11" />);
  const input = screen.getByLabelText("Account id");
  expect(input.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent).toBe("this has 11");
  expect(screen.queryByText("12 digits")).toBeNull();
});

it("asks for the phrase before what cannot be undone", async () => {
  const onConfirm = vi.fn();
  render(
    <ConfirmDialog open onClose={vi.fn()} onConfirm={onConfirm} title="Remove?" phrase="acme" action="Remove" busy={false} error={undefined}>
      All of it.
    </ConfirmDialog>,
  );
  const button = screen.getByRole("button", { name: "Remove" });
  expect(button.hasAttribute("disabled")).toBe(true);
  await userEvent.type(screen.getByRole("textbox"), "acm{enter}");
  expect(onConfirm).not.toHaveBeenCalled();
  await userEvent.type(screen.getByRole("textbox"), "e");
  await userEvent.click(button);
  expect(onConfirm).toHaveBeenCalledOnce();
});
