import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { BarChart } from "./BarChart";

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class {
    observe = () => undefined;
    disconnect = () => undefined;
  });
});

it("is read place by place with the arrow keys, and says where nothing is known", () => {
  render(
    <BarChart
      label="Cost by month"
      places={[
        { key: "a", tick: "Sep", title: "Sep 2026" },
        { key: "b", tick: "Oct", title: "Oct 2026" },
      ]}
      series={[
        { key: "x", title: "Invoice", values: [null, 3] },
        { key: "y", title: "Estimate", values: [0, 2] },
      ]}
      format={(value) => `$${value}`}
    />,
  );
  const chart = screen.getByRole("slider", { name: "Cost by month" });
  expect(chart.getAttribute("aria-valuetext")).toBe("Oct 2026: Invoice $3, Estimate $2");
  fireEvent.keyDown(chart, { key: "ArrowRight" });
  expect(chart.getAttribute("aria-valuetext")).toBe("Sep 2026: Invoice not known, Estimate $0");
});
