//! Lists in pages: sorting by a named column, an opaque cursor that continues after the last row
//! shown, NULLs last in both directions. A page costs what its own rows cost, not what the rows
//! before it do, as long as an index has the sort column followed by the id columns.
//!
//! NULLs are read by a statement of their own after the others, because `ORDER BY x IS NULL, x`
//! could use no index.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::listing::{MAX_LIMIT, Page, PageRequest, Sort};
use serde::{Deserialize, Serialize};

use crate::conn::{Conn, Row};
use crate::digest;
use crate::error::StoreError;
use crate::select::Conditions;
use crate::value::{FromValue, ToValue, Value};

/// A column a list can be sorted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SortColumn {
    pub name: &'static str,
    pub sql: &'static str,
    pub nullable: bool,
}

pub(crate) const fn column(name: &'static str, sql: &'static str) -> SortColumn {
    SortColumn {
        name,
        sql,
        nullable: false,
    }
}

pub(crate) const fn nullable(name: &'static str, sql: &'static str) -> SortColumn {
    SortColumn {
        name,
        sql,
        nullable: true,
    }
}

/// How a list is read.
pub(crate) struct Listing<'a> {
    /// Names the list inside cursors.
    pub name: &'a str,
    /// What is selected, as `map` reads it.
    pub columns: &'a str,
    /// Tables and joins.
    pub from: &'a str,
    pub sorts: &'a [SortColumn],
    pub default_sort: &'a str,
    /// Columns that make a row unique, which also settle ties.
    pub ids: &'a [&'a str],
    /// What besides the sort must be the same for a cursor to continue.
    pub fingerprint: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    /// Of the list, its filters and its sort.
    f: String,
    /// The sort value of the last row shown.
    v: serde_json::Value,
    /// Its ids.
    i: Vec<serde_json::Value>,
}

impl Listing<'_> {
    /// Rows that match.
    pub fn count(&self, conn: &Conn, conditions: &Conditions) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {} {}", self.from, conditions.sql());
        conn.query_one(&sql, &conditions.values(), |row| row.get(0))
    }

    /// One page with its honest total; `as_of` is left to the caller.
    pub fn page<T>(
        &self,
        conn: &Conn,
        conditions: &Conditions,
        request: &PageRequest,
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let (items, next_cursor) = self.rows(conn, conditions, request, map)?;
        // A first page without a next one is the whole list.
        let total = if request.cursor.is_none() && next_cursor.is_none() {
            items.len() as u64
        } else {
            self.count(conn, conditions)?
        };
        Ok(Page {
            items,
            next_cursor,
            total,
            as_of: None,
        })
    }

    /// The rows of one page and the cursor of the next.
    pub fn rows<T>(
        &self,
        conn: &Conn,
        conditions: &Conditions,
        request: &PageRequest,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<(Vec<T>, Option<String>), StoreError> {
        let (sort, descending) = self.sort(request.sort.as_ref())?;
        let fingerprint = self.fingerprint(sort, descending);
        let after = request
            .cursor
            .as_deref()
            .map(|text| self.decode(text, &fingerprint))
            .transpose()?;
        let limit = request.limit.clamp(1, MAX_LIMIT) as usize;
        let mut found: Vec<(T, Option<Cursor>)> = Vec::with_capacity(limit + 1);
        for nulls in [false, true] {
            let passed = after.as_ref().is_some_and(|cursor| cursor.v.is_null());
            if found.len() > limit || (nulls && !sort.nullable) || (!nulls && passed) {
                continue;
            }
            let wanted = limit + 1 - found.len();
            let after = after.as_ref().filter(|cursor| cursor.v.is_null() == nulls);
            let (sql, conditions) =
                self.statement(conditions, sort, descending, nulls, after, wanted)?;
            conn.for_each(&sql, &conditions.values(), |row| {
                let item = map(row)?;
                // Only the last row shown needs its cursor.
                let cursor = (found.len() + 1 == limit)
                    .then(|| self.cursor(row, &fingerprint))
                    .transpose()?;
                found.push((item, cursor));
                Ok(())
            })?;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let mut next = None;
        if more && let Some((_, cursor)) = found.last_mut() {
            next = cursor.take().map(|cursor| encode(&cursor)).transpose()?;
        }
        Ok((found.into_iter().map(|(item, _)| item).collect(), next))
    }

    /// As [`Self::rows`] with the total, for lists that no index serves: what matches is collected
    /// in one scan, then sorted. `map` reads the id columns, then the sort value.
    pub fn collect<T>(
        &self,
        conn: &Conn,
        conditions: &Conditions,
        request: &PageRequest,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<(Vec<T>, Option<String>, u64), StoreError> {
        let (sort, descending) = self.sort(request.sort.as_ref())?;
        let fingerprint = self.fingerprint(sort, descending);
        let cursor = request.cursor.as_deref();
        let after = cursor
            .map(|text| self.decode(text, &fingerprint))
            .transpose()?;
        let limit = request.limit.clamp(1, MAX_LIMIT) as usize;
        let (sql, values) =
            self.collection(conditions, sort, descending, after.as_ref(), limit + 1)?;
        let mut found = Vec::with_capacity(limit);
        let (mut last, mut more, mut total) = (None, false, None);
        conn.for_each(&sql, &values.values(), |row| {
            total = Some(row.get(self.ids.len() + 1)?);
            if found.len() == limit {
                more = true;
                return Ok(());
            }
            found.push(map(row)?);
            if found.len() == limit {
                last = Some(self.cursor_at(row, &fingerprint, 0, self.ids.len())?);
            }
            Ok(())
        })?;
        let total = match total {
            Some(total) => total,
            // The cursor's row was the last one by now.
            None if after.is_some() => self.count(conn, conditions)?,
            None => 0,
        };
        let next = last
            .filter(|_| more)
            .map(|cursor| encode(&cursor))
            .transpose()?;
        Ok((found, next, total))
    }

    fn collection(
        &self,
        conditions: &Conditions,
        sort: SortColumn,
        descending: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<(String, Conditions), StoreError> {
        let (source, mut outer) = conditions.clone().into_source();
        let keys: Vec<String> = (0..self.ids.len()).map(|n| format!("k{n}")).collect();
        let collected: Vec<String> = self
            .ids
            .iter()
            .zip(&keys)
            .map(|(id, key)| format!("{id} AS {key}"))
            .collect();
        let (sign, direction) = if descending {
            ('<', " DESC")
        } else {
            ('>', "")
        };
        if let Some(cursor) = after {
            let held: Vec<String> = cursor
                .i
                .iter()
                .map(|id| value(id).map(|id| outer.bind(id)))
                .collect::<Result<_, _>>()?;
            let (keys, held) = (keys.join(", "), held.join(", "));
            if cursor.v.is_null() {
                outer.push(format!("sv IS NULL AND ({keys}) {sign} ({held})"));
            } else {
                let sort_value = outer.bind(value(&cursor.v)?);
                outer.push(format!(
                    "(sv IS NULL OR (sv, {keys}) {sign} ({sort_value}, {held}))"
                ));
            }
        }
        let order: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        let place = outer.bind(limit as u64);
        let sql = format!(
            "WITH hits AS MATERIALIZED (SELECT {}, {} AS sv FROM {} {source})
             SELECT {}, sv, (SELECT count(*) FROM hits) FROM hits {}
             ORDER BY sv IS NULL, sv{direction}, {} LIMIT {place}",
            collected.join(", "),
            sort.sql,
            self.from,
            keys.join(", "),
            outer.sql(),
            order.join(", "),
        );
        Ok((sql, outer))
    }

    fn sort(&self, asked: Option<&Sort>) -> Result<(SortColumn, bool), StoreError> {
        let default = Sort::parse(self.default_sort);
        let sort = asked.unwrap_or(&default);
        let found = self.sorts.iter().find(|known| known.name == sort.column);
        found
            .map(|known| (*known, sort.descending))
            .ok_or_else(|| StoreError::InvalidSort {
                column: sort.column.clone(),
                allowed: self
                    .sorts
                    .iter()
                    .map(|known| known.name.to_owned())
                    .collect(),
            })
    }

    fn fingerprint(&self, sort: SortColumn, descending: bool) -> String {
        let text = format!(
            "{}\n{}\n{descending}\n{}",
            self.name, sort.name, self.fingerprint
        );
        digest::hex(text.as_bytes())[..16].to_owned()
    }

    fn statement(
        &self,
        conditions: &Conditions,
        sort: SortColumn,
        descending: bool,
        nulls: bool,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<(String, Conditions), StoreError> {
        let mut conditions = conditions.clone();
        let mut keys: Vec<&str> = Vec::with_capacity(1 + self.ids.len());
        if !nulls {
            keys.push(sort.sql);
        }
        keys.extend(self.ids.iter().filter(|id| nulls || **id != sort.sql));
        if sort.nullable {
            let test = if nulls { "IS NULL" } else { "IS NOT NULL" };
            conditions.push(format!("{} {test}", sort.sql));
        }
        if let Some(cursor) = after {
            let mut places = Vec::with_capacity(keys.len());
            if !nulls {
                places.push(conditions.bind(value(&cursor.v)?));
            }
            for (id, held) in self.ids.iter().zip(&cursor.i) {
                if nulls || *id != sort.sql {
                    places.push(conditions.bind(value(held)?));
                }
            }
            let direction = if descending { '<' } else { '>' };
            conditions.push(format!(
                "({}) {direction} ({})",
                keys.join(", "),
                places.join(", ")
            ));
        }
        let direction = if descending { " DESC" } else { "" };
        let order: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        let place = conditions.bind(limit as u64);
        let sql = format!(
            "SELECT {}, {}, {} FROM {} {} ORDER BY {} LIMIT {place}",
            self.columns,
            self.ids.join(", "),
            sort.sql,
            self.from,
            conditions.sql(),
            order.join(", "),
        );
        Ok((sql, conditions))
    }

    fn cursor(&self, row: &Row<'_>, fingerprint: &str) -> Result<Cursor, StoreError> {
        let sort_value = row.width() - 1;
        self.cursor_at(row, fingerprint, sort_value - self.ids.len(), sort_value)
    }

    /// The cursor of a row whose ids begin at `first` and whose sort value is at `sort_value`.
    fn cursor_at(
        &self,
        row: &Row<'_>,
        fingerprint: &str,
        first: usize,
        sort_value: usize,
    ) -> Result<Cursor, StoreError> {
        Ok(Cursor {
            f: fingerprint.to_owned(),
            v: row.get::<Scalar>(sort_value)?.0,
            i: (first..first + self.ids.len())
                .map(|index| row.get::<Scalar>(index).map(|scalar| scalar.0))
                .collect::<Result<_, _>>()?,
        })
    }

    fn decode(&self, text: &str, fingerprint: &str) -> Result<Cursor, StoreError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| StoreError::InvalidCursor)?;
        let cursor: Cursor =
            serde_json::from_slice(&bytes).map_err(|_| StoreError::InvalidCursor)?;
        if cursor.f == fingerprint && cursor.i.len() == self.ids.len() {
            Ok(cursor)
        } else {
            Err(StoreError::InvalidCursor)
        }
    }
}

fn encode(cursor: &Cursor) -> Result<String, StoreError> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor)?))
}

/// A cursor's value as a parameter. Cursors come from outside: anything unfit is refused.
fn value(json: &serde_json::Value) -> Result<Value<'_>, StoreError> {
    match json {
        serde_json::Value::Null => Ok(Value::Null),
        serde_json::Value::String(text) => Ok(text.to_value()),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map(Value::Integer)
            .or_else(|| number.as_f64().map(Value::Real))
            .ok_or(StoreError::InvalidCursor),
        _ => Err(StoreError::InvalidCursor),
    }
}

/// Any column value that JSON can hold.
pub(crate) struct Scalar(pub serde_json::Value);

impl FromValue for Scalar {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        Ok(Self(match value {
            Value::Null => serde_json::Value::Null,
            Value::Integer(number) => number.into(),
            Value::Real(number) => number.into(),
            Value::Text(text) => text.into_owned().into(),
            Value::Blob(_) => return Err("a blob cannot be sorted by".to_owned()),
        }))
    }
}
