//! The price book in force: the one imported last, else the one the program carries.

use domain::UtcTime;
use domain::price::{PriceBook, PriceFile, PriceFileError};
use store::{Db, StoreError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] PriceFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub async fn current(db: &Db) -> Result<PriceBook, StoreError> {
    let Some(file) = store::price::newest(db).await? else {
        return Ok(PriceBook::builtin());
    };
    PriceBook::from_file(file).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// Puts `file` in place of the book in force, once it is known to be sound.
pub async fn import(
    db: &Db,
    file: PriceFile,
    title: &str,
    by: &str,
) -> Result<PriceBook, ImportError> {
    let book = PriceBook::from_file(file.clone())?;
    store::price::add(db, file, title, by, UtcTime::now()).await?;
    Ok(book)
}
