// Whose account it is: one of the organizations, or a new one.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { organizationsQuery } from "../../api/queries";
import { SelectField, TextField } from "../../components/Field";
import { useMay, useMe } from "../../state/access";
import { useOrganization } from "../../state/filters";

/** The chosen id, or the name of an organization still to be made. */
export type OrganizationChoice = { id: string } | { name: string };

const NEW = "new";

interface OrganizationFieldProps {
  choice: OrganizationChoice;
  onChange: (choice: OrganizationChoice) => void;
  error?: string | undefined;
  nameError?: string | undefined;
}

export function OrganizationField({ choice, onChange, error, nameError }: OrganizationFieldProps) {
  const me = useMe();
  const mayCreate = useMay("manage_installation");
  const inView = useOrganization();
  const { data } = useQuery(organizationsQuery);
  const organizations = (data?.items ?? []).filter(
    (one) => me.global_admin || me.permissions.some((place) => place.organization_id === one.id && place.role === "admin"),
  );
  const first = organizations.find((one) => one.id === inView)?.id ?? organizations[0]?.id;
  const unchosen = "id" in choice && choice.id === "";
  useEffect(() => {
    if (unchosen && first !== undefined) onChange({ id: first });
    else if (unchosen && data !== undefined && mayCreate) onChange({ name: "" });
  }, [unchosen, first, data, mayCreate, onChange]);
  return (
    <>
      <SelectField
        label="Organization"
        hint="The client this account belongs to"
        error={error}
        value={"id" in choice ? choice.id : NEW}
        onChange={(event) => onChange(event.target.value === NEW ? { name: "" } : { id: event.target.value })}
      >
        {unchosen && <option value="">…</option>}
        {organizations.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
        {mayCreate && <option value={NEW}>New organization…</option>}
      </SelectField>
      {"name" in choice && (
        <TextField
          label="Name of the new organization"
          required
          error={nameError}
          value={choice.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      )}
    </>
  );
}
