//! An understood question in plain words.

use super::query::Query;

pub(super) fn describe(query: &Query) -> String {
    query.entity.words().1.to_owned()
}
