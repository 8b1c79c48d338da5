//! The SQL of an understood question.

use super::query::Query;

pub(super) fn select(query: &Query) -> String {
    format!("SELECT count(*) FROM {}", query.entity.view())
}
