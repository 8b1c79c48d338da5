// The filter by account; the choice stands in the address as `account_id`.
import { useInfiniteQuery } from "@tanstack/react-query";
import { accountsQuery } from "../api/queries";
import { toggled, values } from "../lib/address";
import { useFilters, useScope } from "../state/filters";
import { ChoiceMenu } from "./ChoiceMenu";

export function AccountMenu() {
  const { search, change } = useFilters();
  const accounts = useInfiniteQuery(accountsQuery({ ...useScope(), limit: 500, sort: "name" }));
  const choices = (accounts.data?.pages[0]?.items ?? []).map((one) => ({
    key: one.id,
    title: one.name,
    // A client of one account bears the account's name.
    ...(one.organization_name !== one.name && { note: one.organization_name }),
  }));
  return (
    <ChoiceMenu
      title="Account"
      choices={choices}
      chosen={values(search, "account_id")}
      onToggle={(one) => change(toggled(search, "account_id", one))}
      onClear={() => change({ account_id: undefined })}
    />
  );
}
