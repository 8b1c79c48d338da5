//! What is made of rows: a sentence, a hint for a picture, the table itself. Every figure in prose
//! is read or added up here, never by the model.
//!
//! | file | holds |
//! |---|---|
//! | `columns` | what a column holds, told from its values and name |
//! | `summary` | one sentence |
//! | `chart` | what kind of picture fits |

mod chart;
mod columns;
mod summary;

use domain::question::AnswerTable;
use store::query::QueryResult;

pub(crate) use chart::chart;
pub(crate) use summary::summary;

pub(crate) fn table(result: QueryResult) -> AnswerTable {
    AnswerTable {
        columns: result.columns,
        rows: result.rows,
        truncated: result.truncated,
    }
}
