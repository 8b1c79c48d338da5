//! `stocktake costs --reconcile`: estimates beside bills, with what is left between them.

use std::process::ExitCode;

use clap::Args;
use domain::billing::{Reconciled, Reconciliation};
use serde_json::Value;

use super::costs::{Whose, dollars};
use super::output::{self, Format};
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Reconcile {
    #[command(flatten)]
    data: DataArgs,
    /// Estimates beside bills of Amazon WorkSpaces, by account and month, with the difference.
    #[arg(long)]
    pub reconcile: bool,
    #[command(flatten)]
    whose: Whose,
    /// How many months, the current one included.
    #[arg(long, default_value_t = 12)]
    months: u32,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

const COLUMNS: [&str; 10] = [
    "month",
    "organization",
    "account",
    "desktops",
    "without price",
    "estimate",
    "invoice",
    "residual",
    "days billed",
    "may change",
];

impl Reconcile {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut query = self.whose.query(client).await?;
            query.push(format!("months={}", self.months));
            let path = format!("/api/v1/costs/reconciliation?{}", query.join("&"));
            let found: Reconciliation = client.get(&path).await?;
            if self.format == Format::Json {
                output::json(&found)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = found.rows.iter().map(|one| self.row(one)).collect();
            output::rows(self.format, &COLUMNS, &rows)?;
            if self.format == Format::Table {
                output::note(
                    "Residual: invoice less estimate. Estimates are list prices without tax, of desktops \
                     with a price and known hours.",
                );
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }

    fn row(&self, of: &Reconciled) -> Vec<Value> {
        let amount = |amount: Option<domain::Money>| match amount {
            Some(amount) => dollars(self.format, amount),
            None => Value::Null,
        };
        vec![
            of.month.to_string().into(),
            of.organization_name.clone().into(),
            of.account_name.clone().into(),
            of.desktops.into(),
            of.without_price.into(),
            amount(of.estimate),
            amount(of.invoice),
            amount(of.residual),
            of.invoice_days.into(),
            of.invoice_estimated.into(),
        ]
    }
}
