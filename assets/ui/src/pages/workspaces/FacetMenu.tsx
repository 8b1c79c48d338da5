// One filter with its values and how many rows each would leave.
import type { Count } from "../../api/types";
import { ChoiceMenu } from "../../components/ChoiceMenu";
import { formatNumber } from "../../lib/format";
import { valueWords } from "../../lib/workspaceFilters";

interface FacetMenuProps {
  parameter: string;
  title: string;
  counts: Count[];
  chosen: string[];
  onToggle: (key: string) => void;
  onClear: () => void;
}

export function FacetMenu({ parameter, counts, ...menu }: FacetMenuProps) {
  const choices = counts.map((one) => ({
    key: one.key,
    title: valueWords(parameter, one.label),
    note: formatNumber(one.count),
  }));
  return <ChoiceMenu {...menu} choices={choices} />;
}
