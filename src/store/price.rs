//! Price books that were imported.

use domain::UtcTime;
use domain::price::PriceFile;

use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;

/// The one imported last.
pub async fn newest(db: &Db) -> Result<Option<PriceFile>, StoreError> {
    db.read(|conn| {
        conn.query_opt(
            "SELECT body FROM price_file ORDER BY price_file_id DESC LIMIT 1",
            &[],
            |row| Ok(row.get::<Json<PriceFile>>(0)?.0),
        )
    })
    .await
}

/// Keeps a book; it counts from now on.
pub async fn add(
    db: &Db,
    file: PriceFile,
    title: &str,
    by: &str,
    at: UtcTime,
) -> Result<(), StoreError> {
    let (title, by) = (title.to_owned(), by.to_owned());
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO price_file (imported_at, imported_by, title, body) VALUES ($1, $2, $3, $4)",
            &[&at, &by, &title, &Json(&file)],
        )?;
        conn.changed("prices");
        Ok(())
    })
    .await
}
