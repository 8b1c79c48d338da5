//! Bundles that desktops are made from.

use domain::Scope;
use domain::directory::Bundle;
use domain::listing::{Page, PageRequest};

use crate::db::Db;
use crate::error::StoreError;
use crate::page::{column, nullable};
use crate::placed::{self, Kind, StockFilter};

static KIND: Kind = Kind {
    name: "bundles",
    table: "bundle",
    id: "bundle_id",
    sorts: &[
        column("bundle_id", "p.bundle_id"),
        nullable("name", "p.name"),
        nullable("owner", "p.owner"),
        nullable("compute_type", "p.compute_type"),
        column("account_id", "p.account_id"),
        column("account_name", "a.name"),
        column("organization_name", "o.name"),
        column("region", "p.region"),
        column("first_seen_at", "p.first_seen_at"),
    ],
    default_sort: "name",
};

/// Bundles in stock that the caller may see.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &StockFilter,
    request: &PageRequest,
) -> Result<Page<Bundle>, StoreError> {
    placed::list(db, &KIND, scope, filter, request, |record, placement| {
        Bundle { record, placement }
    })
    .await
}
