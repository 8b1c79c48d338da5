//! Directories that desktops are registered with.

use domain::Scope;
use domain::directory::Directory;
use domain::listing::{Page, PageRequest};

use crate::db::Db;
use crate::error::StoreError;
use crate::page::{column, nullable};
use crate::placed::{self, Kind, StockFilter};

static KIND: Kind = Kind {
    name: "directories",
    table: "directory",
    id: "directory_id",
    sorts: &[
        column("directory_id", "p.directory_id"),
        nullable("alias", "p.alias"),
        nullable("directory_name", "p.directory_name"),
        nullable("directory_type", "p.directory_type"),
        nullable("state", "p.state"),
        column("account_id", "p.account_id"),
        column("account_name", "a.name"),
        column("organization_name", "o.name"),
        column("region", "p.region"),
        column("first_seen_at", "p.first_seen_at"),
    ],
    default_sort: "directory_name",
};

/// Directories in stock that the caller may see.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &StockFilter,
    request: &PageRequest,
) -> Result<Page<Directory>, StoreError> {
    placed::list(db, &KIND, scope, filter, request, |record, placement| {
        Directory { record, placement }
    })
    .await
}
