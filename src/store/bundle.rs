//! Bundles that desktops are made from.

use domain::directory::Bundle;
use domain::listing::{Page, PageRequest};
use domain::{AccountId, Region, Scope};

use crate::db::Db;
use crate::error::StoreError;
use crate::page::{column, nullable};
use crate::placed::{self, Asked, Kind};

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

/// Bundles in stock that the caller may see; `q` is looked for in every attribute.
pub async fn list(
    db: &Db,
    scope: &Scope,
    q: Option<&str>,
    account_id: Option<&AccountId>,
    region: Option<&Region>,
    request: &PageRequest,
) -> Result<Page<Bundle>, StoreError> {
    let asked = Asked {
        scope: scope.clone(),
        q: q.map(str::to_owned),
        account_id: account_id.cloned(),
        region: region.cloned(),
    };
    placed::list(db, &KIND, asked, request, |record, placement| Bundle {
        record,
        placement,
    })
    .await
}
