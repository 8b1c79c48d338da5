//! One connection as the aggregates see it: statements with `$n` parameters bound by name, rows
//! read by position, and the notices a write leaves behind for after its commit.

use std::borrow::Cow;
use std::cell::RefCell;

use domain::event::{Audience, Event, EventBody};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::StoreError;
use crate::value::{FromValue, ToValue, Value};

/// A connection. Through [`crate::Db::read`] it only reads.
pub struct Conn {
    pub(crate) raw: rusqlite::Connection,
    outbox: RefCell<Outbox>,
}

/// What a write wants said once it is committed.
#[derive(Default)]
pub(crate) struct Outbox {
    pub events: Vec<Event>,
    pub changed: Vec<&'static str>,
}

/// One row of an answer.
pub struct Row<'a>(&'a rusqlite::Row<'a>);

impl Row<'_> {
    /// How many columns it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.as_ref().column_count()
    }

    /// The column at `index`, counted from 0.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, StoreError> {
        let value = self.0.get_ref(index).map_err(StoreError::from)?;
        T::from_value(borrowed(value)?).map_err(|reason| {
            let column = self.0.as_ref().column_name(index).unwrap_or("?");
            StoreError::Unreadable(format!("column {column}: {reason}"))
        })
    }
}

fn borrowed(value: ValueRef<'_>) -> Result<Value<'_>, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => {
            Value::Text(Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| {
                StoreError::Unreadable("text that is not UTF-8".to_owned())
            })?))
        }
        ValueRef::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
    })
}

impl Conn {
    pub(crate) fn new(raw: rusqlite::Connection) -> Self {
        raw.set_prepared_statement_cache_capacity(96);
        Self {
            raw,
            outbox: RefCell::default(),
        }
    }

    /// Runs a statement that returns no rows; answers how many rows it changed.
    pub fn execute(&self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, StoreError> {
        let mut statement = self.raw.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        Ok(statement.raw_execute()?)
    }

    /// Every row of the answer, mapped.
    pub fn query<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.for_each(sql, params, |row| {
            found.push(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Visits every row without keeping them.
    pub fn for_each(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.raw.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            visit(&Row(row))?;
        }
        Ok(())
    }

    /// The first row, if there is one.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.raw.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => map(&Row(row)).map(Some),
            None => Ok(None),
        }
    }

    /// The first row of an answer that always has one.
    pub fn query_one<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.query_opt(sql, params, map)?
            .ok_or_else(|| StoreError::Database(format!("no row from: {sql}")))
    }

    /// Says that rows people see changed: after the commit the data version moves on and one
    /// `Changed` event names the lists. Names are those of [`EventBody::Changed`].
    pub fn changed(&self, name: &'static str) {
        let mut outbox = self.outbox.borrow_mut();
        if !outbox.changed.contains(&name) {
            outbox.changed.push(name);
        }
    }

    /// Sends `body` after the commit, to those who may see it.
    pub fn publish(&self, audience: Audience, body: EventBody) {
        self.outbox
            .borrow_mut()
            .events
            .push(Event { audience, body });
    }

    pub(crate) fn take_outbox(&self) -> Outbox {
        self.outbox.take()
    }
}

/// Binds by name, because SQLite numbers `$1`, `$2` by their first appearance in the text.
fn bind(
    statement: &mut rusqlite::CachedStatement<'_>,
    params: &[&dyn ToValue],
) -> Result<(), StoreError> {
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(StoreError::Database(format!(
            "{} values for a statement with {count} parameters",
            params.len()
        )));
    }
    for index in 1..=count {
        let number: Option<usize> = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse().ok());
        let value = number
            .and_then(|number| params.get(number.wrapping_sub(1)))
            .ok_or_else(|| {
                StoreError::Database(format!("parameter {index} is not one of $1 to ${count}"))
            })?;
        statement.raw_bind_parameter(index, Bound(value.to_value()))?;
    }
    Ok(())
}

struct Bound<'a>(Value<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen,
            ) => Self::ReadOnly {
                reason: error.to_string(),
            },
            Some(ErrorCode::ConstraintViolation) => Self::Conflict {
                what: error.to_string(),
            },
            _ => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conn() -> Conn {
        Conn::new(rusqlite::Connection::open_in_memory().unwrap())
    }

    #[test]
    fn parameters_are_bound_by_name_not_by_appearance() {
        let text = conn()
            .query_one(
                "SELECT $2 || '-' || $1 || '-' || $2",
                &[&"one", &"two"],
                |row| row.get::<String>(0),
            )
            .unwrap();
        assert_eq!(text, "two-one-two");
    }

    #[test]
    fn a_wrong_number_of_values_is_an_error() {
        let conn = conn();
        let few = conn.execute("SELECT $1, $2", &[&1_i64]).unwrap_err();
        assert!(
            few.to_string().contains("1 values for a statement with 2"),
            "{few}"
        );
        let gap = conn
            .query_opt("SELECT $1, $3", &[&1_i64, &2_i64], |_| Ok(()))
            .unwrap_err();
        assert!(gap.to_string().contains("is not one of $1 to $2"), "{gap}");
    }

    #[test]
    fn a_column_of_another_type_is_named() {
        let error = conn()
            .query_one("SELECT 'x' AS port", &[], |row| row.get::<i64>(0))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "stored data is unreadable: column port: expected an integer, found text"
        );
    }
}
