//! The door for SQL that people write. It names the engine itself, because the engine's authorizer
//! is the lock.
//!
//! Each query gets a connection of its own, opened read-only. On it every view it mentions is made twice
//! as a TEMP view: an inner one over the base tables, limited to the caller's organizations, under a
//! name that is random for this query; and the public one over the inner one. Only then the
//! authorizer is set. It denies whatever is not listed: base tables may be read by the inner views
//! alone. The name a reader goes by cannot be trusted by itself, for a CTE may call itself
//! `workspaces`; but nobody can call themselves by a name they cannot know.
//!
//! Beyond that: one statement, SELECT only, functions from a list, engine limits, a deadline, caps
//! on rows and bytes.

mod authorizer;
mod functions;
mod message;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use domain::listing::WorkspaceFilter;
use domain::{Scope, UtcTime};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::db::Db;
use crate::error::StoreError;
use crate::views::VIEWS;
use crate::workspace;

/// The most rows one query answers, whatever is asked for.
pub const MAX_ROWS: u32 = 10_000;

/// How long a query may take, unless told otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// The most an answer may hold, in bytes of its values.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// As the engine wants it.
const MAX_LENGTH: i32 = functions::MAX_VALUE as i32;

/// How many of the engine's steps go between two looks at the clock.
const STEPS_BETWEEN_LOOKS: i32 = 50;

/// How long after its deadline a query may still end by itself before its caller is answered.
const GRACE: Duration = Duration::from_millis(250);

/// What a query answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueryResult {
    pub columns: Vec<String>,
    /// One array per row, in the order of `columns`.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There was more than the limit allows.
    pub truncated: bool,
    pub duration_ms: u64,
    /// The age of the desktops' data, as in their list.
    pub as_of: Option<UtcTime>,
}

/// Why a query was not answered. Every text says what to do next.
#[derive(Debug, Error)]
pub enum QueryError {
    /// It asked for what it may not.
    #[error("{0}")]
    Refused(String),
    /// It is not valid, or failed while running.
    #[error("{0}")]
    Failed(String),
    #[error("{}", late(*deadline, *waited))]
    Timeout {
        deadline: Duration,
        /// It never ran: other queries kept both places.
        waited: bool,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn late(deadline: Duration, waited: bool) -> String {
    let seconds = deadline.as_secs_f32();
    if waited {
        format!("other queries were busy for {seconds} s; try again in a moment")
    } else {
        format!("the query took longer than {seconds} s; narrow it, or count instead of listing")
    }
}

/// When a query must end, and whether it was told that it is late.
#[derive(Clone)]
struct Clock {
    started: Instant,
    deadline: Duration,
    late: Arc<AtomicBool>,
}

impl Clock {
    fn start(deadline: Duration) -> Self {
        Self {
            started: Instant::now(),
            deadline,
            late: Arc::default(),
        }
    }

    fn over(&self) -> bool {
        let over = self.started.elapsed() > self.deadline;
        self.late.fetch_or(over, Ordering::Relaxed);
        over
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.started.elapsed())
    }

    fn timeout(&self, waited: bool) -> QueryError {
        QueryError::Timeout {
            deadline: self.deadline,
            waited,
        }
    }
}

/// Runs one SELECT on the views, limited to what `scope` allows. It answers by the deadline, also
/// when it has to wait for a place or the engine does not stop at once; the place of such a query
/// stays taken until it has stopped.
pub async fn run(
    db: &Db,
    scope: &Scope,
    sql: &str,
    limit: u32,
    deadline: Duration,
) -> Result<QueryResult, QueryError> {
    let clock = Clock::start(deadline);
    let place = tokio::time::timeout(deadline, db.query_place())
        .await
        .map_err(|_| clock.timeout(true))??;
    let (scope, sql, path) = (scope.clone(), sql.to_owned(), db.path().to_owned());
    let (reading, timer) = (scope.clone(), clock.clone());
    let handle = Arc::new(OnceLock::new());
    let given = Arc::clone(&handle);
    let mut work = tokio::task::spawn_blocking(move || {
        let _place = place;
        let door = Door::open(&path, &scope, &sql, clock)?;
        let _only_setting = given.set(door.raw.get_interrupt_handle());
        door.answer(&sql, limit.clamp(1, MAX_ROWS))
    });
    let answered = match tokio::time::timeout(timer.left(), &mut work).await {
        Ok(answered) => answered,
        Err(_) => {
            timer.late.store(true, Ordering::Relaxed);
            if let Some(handle) = handle.get() {
                rusqlite::InterruptHandle::interrupt(handle);
            }
            tokio::time::timeout(GRACE, work)
                .await
                .map_err(|_| timer.timeout(false))?
        }
    };
    let mut result = answered.map_err(|error| StoreError::Database(error.to_string()))??;
    result.as_of = db
        .read(move |conn| workspace::as_of(conn, &reading, &WorkspaceFilter::default()))
        .await?;
    Ok(result)
}

/// A guarded connection for one query.
struct Door {
    raw: Connection,
    /// What every inner view's name begins with.
    secret: String,
    clock: Clock,
}

impl Door {
    fn open(
        path: &std::path::Path,
        scope: &Scope,
        sql: &str,
        clock: Clock,
    ) -> Result<Self, QueryError> {
        let raw = crate::open::reader(path)?;
        let secret = format!("v{:032x}_", rand::random::<u128>());
        let mut door = Self { raw, secret, clock };
        door.make_views(scope, sql).map_err(StoreError::from)?;
        door.lock().map_err(StoreError::from)?;
        Ok(door)
    }

    /// Makes the views that the text mentions: each takes a tenth of a millisecond, and one that is not mentioned
    /// cannot be read.
    fn make_views(&self, scope: &Scope, sql: &str) -> rusqlite::Result<()> {
        // Making a TEMP view is a write to the temporary schema. Big sorts go to temporary files,
        // not to memory.
        self.raw
            .execute_batch("PRAGMA query_only = OFF; PRAGMA temp_store = FILE; BEGIN;")?;
        let text = sql.to_ascii_lowercase();
        for view in VIEWS.iter().filter(|view| text.contains(view.name)) {
            let (name, secret) = (view.name, &self.secret);
            self.raw.execute_batch(&format!(
                "CREATE TEMP VIEW {secret}{name} AS {};
                 CREATE TEMP VIEW {name} AS SELECT * FROM temp.{secret}{name};",
                view.select(scope)
            ))?;
        }
        self.raw.execute_batch("COMMIT; PRAGMA query_only = ON;")
    }

    fn tables(&self) -> rusqlite::Result<HashSet<String>> {
        let mut statement = self
            .raw
            .prepare("SELECT lower(name) FROM main.sqlite_schema")?;
        let names = statement.query_map([], |row| row.get(0))?;
        names.collect()
    }

    /// From here on only a guarded SELECT gets through.
    fn lock(&mut self) -> rusqlite::Result<()> {
        self.raw
            .set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A misspelt column in double quotes is an error, not a text.
        self.raw
            .set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 20_000),
            (Limit::SQLITE_LIMIT_COLUMN, 200),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 20),
            (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 0),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            self.raw.set_limit(limit, most)?;
        }
        functions::install(&self.raw, &self.clock)?;
        let clock = self.clock.clone();
        self.raw
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(move || clock.over()))?;
        let rules = authorizer::Rules::new(&self.secret, self.tables()?);
        self.raw
            .authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
                rules.decide(&context)
            }))
    }

    fn answer(&self, sql: &str, limit: u32) -> Result<QueryResult, QueryError> {
        let mut statement = self
            .raw
            .prepare(sql)
            .map_err(|error| self.explain(&error, sql))?;
        if statement.column_count() == 0 || statement.is_explain() != 0 || !statement.readonly() {
            return Err(QueryError::Refused(message::only_select()));
        }
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        let (mut bytes, mut truncated) = (0, false);
        while let Some(row) = rows.next().map_err(|error| self.explain(&error, sql))? {
            if found.len() >= limit as usize || bytes >= MAX_BYTES {
                truncated = true;
                break;
            }
            let mut values = Vec::with_capacity(columns.len());
            for index in 0..columns.len() {
                let value = row
                    .get_ref(index)
                    .map_err(|error| self.explain(&error, sql))?;
                let (value, size) = json(value);
                bytes += size;
                values.push(value);
            }
            found.push(values);
        }
        Ok(QueryResult {
            columns,
            rows: found,
            truncated,
            duration_ms: u64::try_from(self.clock.started.elapsed().as_millis())
                .unwrap_or(u64::MAX),
            as_of: None,
        })
    }

    fn explain(&self, error: &rusqlite::Error, sql: &str) -> QueryError {
        if self.clock.late.load(Ordering::Relaxed) {
            return self.clock.timeout(false);
        }
        message::explain(error, sql, &self.secret)
    }
}

/// The value as JSON, and about how many bytes it takes. JSON has no bytes and no infinity: a blob
/// becomes its hexadecimal text, an infinity `null`.
fn json(value: ValueRef<'_>) -> (serde_json::Value, usize) {
    match value {
        ValueRef::Null => (serde_json::Value::Null, 4),
        ValueRef::Integer(number) => (number.into(), 8),
        ValueRef::Real(number) => (number.into(), 8),
        ValueRef::Text(bytes) => (
            String::from_utf8_lossy(bytes).into_owned().into(),
            bytes.len() + 2,
        ),
        ValueRef::Blob(bytes) => {
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let size = text.len() + 2;
            (text.into(), size)
        }
    }
}

#[cfg(test)]
mod deadline_tests;
#[cfg(test)]
mod tests;
