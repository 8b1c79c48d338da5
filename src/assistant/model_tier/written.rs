//! Reading what the model wrote. Its grammar leaves two forms; a model without one, or a defect of
//! ours, may have written anything, so nothing here is taken on trust.

/// The beginning of "I cannot".
pub(super) const CANNOT: &str = "cannot_answer:";

/// The longest SQL that is tried.
const MOST_SQL: usize = 4_000;

const MOST_REASON: usize = 200;

/// What the model said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Sql(String),
    Cannot(String),
    /// Neither.
    Nothing,
}

pub(super) fn read(text: &str) -> Said {
    let text = unfenced(text.trim());
    if let Some(reason) = text.strip_prefix(CANNOT) {
        return Said::Cannot(reason_of(reason));
    }
    let sql = text.trim_end_matches(';').trim();
    if sql.is_empty() || sql.len() > MOST_SQL {
        return Said::Nothing;
    }
    Said::Sql(sql.to_owned())
}

/// Without the marks some models put around code.
fn unfenced(text: &str) -> &str {
    let Some(inner) = text.strip_prefix("```") else {
        return text;
    };
    let inner = inner.split("```").next().unwrap_or(inner);
    inner.strip_prefix("sql").unwrap_or(inner).trim()
}

fn reason_of(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MOST_REASON)
        .collect();
    let plain = plain.trim().trim_end_matches('.');
    if plain.is_empty() {
        "the views do not hold what is asked".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_are_read_and_nothing_else() {
        let sql = |text: &str| Said::Sql(text.to_owned());
        assert_eq!(read(" SELECT 1 LIMIT 1; \n"), sql("SELECT 1 LIMIT 1"));
        assert_eq!(read("```sql\nSELECT 1\n```\nDone"), sql("SELECT 1"));
        assert_eq!(
            read("cannot_answer: no prices here."),
            Said::Cannot("no prices here".to_owned())
        );
        assert_eq!(
            read("cannot_answer:"),
            Said::Cannot("the views do not hold what is asked".to_owned())
        );
        assert_eq!(read(""), Said::Nothing);
        assert_eq!(read(&"x".repeat(5_000)), Said::Nothing);
    }
}
