//! What desktops should have cost beside what AWS billed for them, by account and month.

use domain::billing::{Reconciled, WORKSPACES_SERVICE};
use domain::usage::Month;
use domain::{AccountId, Money, Scope};

use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

/// One row for each account and month that has an estimate or a bill, from `from` on; the oldest month
/// first.
pub async fn reconcile(
    db: &Db,
    scope: &Scope,
    accounts: &[AccountId],
    from: Month,
) -> Result<Vec<Reconciled>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of_if_given("a.account_id", accounts);
    let service = conditions.bind(WORKSPACES_SERVICE);
    let (month, day) = (conditions.bind(from), conditions.bind(from.start().day()));
    let sql = include_str!("../sql/reconcile.sql")
        .replace("{service}", &service)
        .replace("{month}", &month)
        .replace("{day}", &day)
        .replace("{conditions}", &conditions.sql());
    db.read(move |conn| {
        conn.query(&sql, &conditions.values(), |row| {
            let (estimate, invoice): (Option<Money>, Option<Money>) = (row.get(5)?, row.get(8)?);
            Ok(Reconciled {
                month: row.get(0)?,
                account_id: row.get(1)?,
                account_name: row.get(2)?,
                organization_id: row.get(3)?,
                organization_name: row.get(4)?,
                estimate,
                desktops: row.get(6)?,
                without_price: row.get(7)?,
                invoice,
                invoice_days: row.get(9)?,
                invoice_estimated: row.get(10)?,
                residual: invoice
                    .zip(estimate)
                    .map(|(invoice, estimate)| invoice - estimate),
            })
        })
    })
    .await
}
