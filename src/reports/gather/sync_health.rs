//! How fresh the data is, and what could not be read.

use domain::report::{Cell, Section, Table};
use store::{Db, StoreError};

use super::{Order, Part, columns, text, time};

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let now = store::dashboard::load(db, &order.scope).await?;
    let failing = now.failing_scopes.len();
    let sentence = match (failing, now.as_of) {
        (_, None) => "Nothing has been synced yet.".to_owned(),
        (0, Some(at)) => format!("Everything could be read; the oldest listing is of {at}."),
        (1, Some(at)) => format!("One part could not be read; the oldest listing is of {at}."),
        (parts, Some(at)) => {
            format!("{parts} parts could not be read; the oldest listing is of {at}.")
        }
    };
    let rows = now.failing_scopes.iter().map(|scope| {
        vec![
            Cell::Text(scope.account_name.clone()),
            text(scope.region.as_ref().map(domain::Region::as_str)),
            Cell::Text(scope.resource_type.clone()),
            Cell::Text(scope.status.as_str().to_owned()),
            time(scope.completed_at),
            text(
                scope
                    .failure
                    .as_ref()
                    .map(|failure| format!("{}: {}", failure.code, failure.message)),
            ),
        ]
    });
    Ok(Part {
        summary: (failing > 0)
            .then(|| sentence.clone())
            .into_iter()
            .collect(),
        method: vec![sentence.clone()],
        section: Some(Section {
            title: "How fresh the data is".to_owned(),
            sentences: vec![sentence],
            charts: Vec::new(),
            tables: vec![Table {
                title: "Not read".to_owned(),
                columns: columns(&[
                    ("account_name", "Account", 3),
                    ("region", "Region", 2),
                    ("resource_type", "What", 2),
                    ("status", "Ended", 2),
                    ("completed_at", "When (UTC)", 3),
                    ("error", "Why", 6),
                ]),
                rows: rows.collect(),
                total: None,
            }],
        }),
        ..Part::default()
    })
}
