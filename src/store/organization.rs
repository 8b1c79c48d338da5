//! Organizations: the MSP's clients.

use std::borrow::Borrow;

use domain::listing::{Page, PageRequest};
use domain::organization::{NewOrganization, Organization};
use domain::{OrganizationId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column};
use crate::select::Conditions;

const COLUMNS: &str = "o.organization_id, o.name, o.created_at,
    (SELECT count(*) FROM account a WHERE a.organization_id = o.organization_id),
    (SELECT count(*) FROM workspace w WHERE w.organization_id = o.organization_id
       AND w.missing_since IS NULL AND w.deleted_at IS NULL)";

const SORTS: &[SortColumn] = &[
    column("name", "o.name"),
    column("created_at", "o.created_at"),
];

fn from_row(row: &Row<'_>) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.get(0)?,
        name: row.get(1)?,
        created_at: row.get(2)?,
        accounts: row.get(3)?,
        workspaces: row.get(4)?,
    })
}

/// Adds a client; its name must be free.
pub async fn create(
    db: &Db,
    new: impl Borrow<NewOrganization> + Send,
) -> Result<Organization, StoreError> {
    let name = new.borrow().name.clone();
    db.write(move |conn| {
        let name = free_name(conn, &name, None)?;
        let organization = Organization {
            id: OrganizationId::new(),
            name,
            created_at: UtcTime::now(),
            accounts: 0,
            workspaces: 0,
        };
        conn.execute(
            "INSERT INTO organization (organization_id, name, created_at) VALUES ($1, $2, $3)",
            &[
                &organization.id,
                &organization.name,
                &organization.created_at,
            ],
        )?;
        conn.changed("organizations");
        Ok(organization)
    })
    .await
}

/// The trimmed name, if no other organization has it.
fn free_name(conn: &Conn, name: &str, own: Option<&OrganizationId>) -> Result<String, StoreError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(StoreError::conflict("an organization needs a name"));
    }
    let holder: Option<OrganizationId> = conn.query_opt(
        "SELECT organization_id FROM organization WHERE name = $1",
        &[&name],
        |row| row.get(0),
    )?;
    match holder {
        Some(id) if Some(&id) != own => Err(StoreError::conflict(format!(
            "there is already an organization named {name:?}"
        ))),
        _ => Ok(name.to_owned()),
    }
}

pub async fn find(
    db: &Db,
    scope: &Scope,
    id: &OrganizationId,
) -> Result<Option<Organization>, StoreError> {
    find_where(db, scope, "o.organization_id", id.to_string()).await
}

/// Finds by the exact name.
pub async fn find_by_name(
    db: &Db,
    scope: &Scope,
    name: &str,
) -> Result<Option<Organization>, StoreError> {
    find_where(db, scope, "o.name", name.trim().to_owned()).await
}

async fn find_where(
    db: &Db,
    scope: &Scope,
    key: &'static str,
    value: String,
) -> Result<Option<Organization>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "o.organization_id");
    conditions.any_of(key, [value]);
    db.read(move |conn| {
        let sql = format!("SELECT {COLUMNS} FROM organization o {}", conditions.sql());
        conn.query_opt(&sql, &conditions.values(), from_row)
    })
    .await
}

pub async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<Organization>, StoreError> {
    let conditions = Conditions::in_scope(scope, "o.organization_id");
    let request = request.clone();
    db.read(move |conn| {
        let listing = Listing {
            name: "organizations",
            columns: COLUMNS,
            from: "organization o",
            sorts: SORTS,
            default_sort: "name",
            ids: &["o.organization_id"],
            fingerprint: "",
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Gives it another name; `None` when the caller sees no such organization.
pub async fn rename(
    db: &Db,
    scope: &Scope,
    id: &OrganizationId,
    name: &str,
) -> Result<Option<Organization>, StoreError> {
    if scope.contains(id) {
        let (id, name) = (id.clone(), name.to_owned());
        db.write(move |conn| {
            let name = free_name(conn, &name, Some(&id))?;
            conn.execute(
                "UPDATE organization SET name = $2 WHERE organization_id = $1",
                &[&id, &name],
            )?;
            conn.changed("organizations");
            conn.changed("workspaces");
            Ok(())
        })
        .await?;
    }
    find(db, scope, id).await
}

/// Removes a client without accounts; answers whether there was one.
pub async fn delete(db: &Db, scope: &Scope, id: &OrganizationId) -> Result<bool, StoreError> {
    if !scope.contains(id) {
        return Ok(false);
    }
    let id = id.clone();
    db.write(move |conn| {
        let accounts: u64 = conn.query_one(
            "SELECT count(*) FROM account WHERE organization_id = $1",
            &[&id],
            |row| row.get(0),
        )?;
        if accounts > 0 {
            return Err(StoreError::conflict(format!(
                "the organization still has {accounts} AWS account(s); remove them first"
            )));
        }
        let removed = conn.execute(
            "DELETE FROM organization WHERE organization_id = $1",
            &[&id],
        )?;
        conn.changed("organizations");
        conn.changed("users");
        Ok(removed > 0)
    })
    .await
}
