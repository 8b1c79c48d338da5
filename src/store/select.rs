//! WHERE clauses put together from filters and a [`Scope`]: pieces of fixed text, values always
//! bound.

use domain::Scope;

use crate::value::{ToValue, Value};

/// Conditions that all must hold, and the values they bind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value<'static>>,
}

impl Conditions {
    /// Only rows of organizations the caller may see; `column` holds their organization.
    pub fn in_scope(scope: &Scope, column: &str) -> Self {
        let mut conditions = Self::default();
        match scope {
            Scope::All => {}
            Scope::Organizations(set) => conditions.any_of(column, set),
        }
        conditions
    }

    /// Binds `value` and answers its placeholder.
    pub fn bind(&mut self, value: impl ToValue) -> String {
        let owned = match value.to_value() {
            Value::Null => Value::Null,
            Value::Integer(number) => Value::Integer(number),
            Value::Real(number) => Value::Real(number),
            Value::Text(text) => Value::text(text),
            Value::Blob(bytes) => Value::Blob(bytes.into_owned().into()),
        };
        self.values.push(owned);
        format!("${}", self.values.len())
    }

    pub fn push(&mut self, clause: impl Into<String>) {
        self.clauses.push(clause.into());
    }

    /// `column` has one of the values; with none given, nothing matches.
    pub fn any_of<V: ToValue>(&mut self, column: &str, values: impl IntoIterator<Item = V>) {
        let places: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        match places.as_slice() {
            [] => self.push("1 = 0"),
            [one] => self.push(format!("{column} = {one}")),
            many => self.push(format!("{column} IN ({})", many.join(", "))),
        }
    }

    /// As [`Self::any_of`], but an empty filter means no condition.
    pub fn any_of_if_given<V: ToValue>(&mut self, column: &str, values: &[V]) {
        if !values.is_empty() {
            self.any_of(column, values);
        }
    }

    /// `WHERE …`, or a condition that always holds.
    pub fn sql(&self) -> String {
        if self.clauses.is_empty() {
            "WHERE 1 = 1".to_owned()
        } else {
            format!("WHERE {}", self.clauses.join(" AND "))
        }
    }

    /// The WHERE clause for a subquery, and conditions that go on binding after its values.
    pub fn into_source(self) -> (String, Self) {
        let sql = self.sql();
        (
            sql,
            Self {
                clauses: Vec::new(),
                values: self.values,
            },
        )
    }

    pub fn values(&self) -> Vec<&dyn ToValue> {
        self.values
            .iter()
            .map(|value| value as &dyn ToValue)
            .collect()
    }
}
