//! The decision at the heart of a sync, without I/O: what does a row that AWS listed, or did not
//! list, mean for the row we keep? The rules:
//!
//! - a listed row that equals the stored one costs nothing;
//! - a row may become `missing` only at the end of a complete listing, and `deleted` at the end of
//!   the next complete one, or at once when AWS says TERMINATED;
//! - a complete listing of less than half of what is in stock is suspect.

use std::collections::{HashMap, HashSet};

use store::stock::{ChangeKind, Digest, Known};

/// What a listed row means. `None`: nothing to write.
#[must_use]
pub fn listed(known: Option<&Known>, digest: Digest, state: Option<&str>) -> Option<ChangeKind> {
    let terminated = state == Some("TERMINATED");
    match known {
        None if terminated => Some(ChangeKind::CreatedTerminated),
        None => Some(ChangeKind::Created),
        Some(row) if terminated => (!row.terminated).then_some(ChangeKind::Terminated),
        Some(row) if row.gone() => Some(ChangeKind::Returned),
        Some(row) if row.digest != digest => Some(ChangeKind::Changed),
        Some(row) if row.state.as_deref() != state => Some(ChangeKind::Volatile),
        Some(_) => None,
    }
}

/// What the end of a complete listing means for the rows it did not hold.
#[must_use]
pub fn absent(known: &HashMap<String, Known>, seen: &HashSet<String>) -> Vec<(String, ChangeKind)> {
    let mut changes: Vec<(String, ChangeKind)> = known
        .iter()
        .filter(|(id, row)| !row.deleted && !seen.contains(*id))
        .map(|(id, row)| {
            let kind = if row.missing {
                ChangeKind::Deleted
            } else {
                ChangeKind::Missing
            };
            (id.clone(), kind)
        })
        .collect();
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    changes
}

/// Whether a complete listing of `seen` rows is too small to believe at once when `in_stock` rows
/// were there before.
#[must_use]
pub fn suspect(in_stock: usize, seen: usize) -> bool {
    seen * 2 < in_stock
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Digest = Digest([1; 16]);
    const B: Digest = Digest([2; 16]);

    fn row(digest: Digest, state: &str) -> Known {
        Known {
            digest,
            state: Some(state.to_owned()),
            missing: false,
            deleted: false,
            terminated: false,
        }
    }

    #[test]
    fn equal_rows_cost_nothing() {
        assert_eq!(listed(Some(&row(A, "STOPPED")), A, Some("STOPPED")), None);
    }

    #[test]
    fn differences_are_told_apart() {
        assert_eq!(listed(None, A, Some("PENDING")), Some(ChangeKind::Created));
        assert_eq!(
            listed(Some(&row(A, "STOPPED")), B, Some("STOPPED")),
            Some(ChangeKind::Changed)
        );
        assert_eq!(
            listed(Some(&row(A, "STOPPED")), A, Some("AVAILABLE")),
            Some(ChangeKind::Volatile)
        );
        assert_eq!(
            listed(Some(&row(A, "STOPPED")), A, Some("TERMINATED")),
            Some(ChangeKind::Terminated)
        );
        let missing = Known {
            missing: true,
            ..row(A, "STOPPED")
        };
        assert_eq!(
            listed(Some(&missing), A, Some("STOPPED")),
            Some(ChangeKind::Returned)
        );
        let terminated = Known {
            terminated: true,
            deleted: true,
            ..row(A, "TERMINATED")
        };
        assert_eq!(listed(Some(&terminated), A, Some("TERMINATED")), None);
    }

    #[test]
    fn missing_comes_before_deleted() {
        let mut known = HashMap::from([
            ("ws-1".to_owned(), row(A, "STOPPED")),
            ("ws-2".to_owned(), row(A, "STOPPED")),
        ]);
        let seen = HashSet::from(["ws-1".to_owned()]);
        assert_eq!(
            absent(&known, &seen),
            vec![("ws-2".to_owned(), ChangeKind::Missing)]
        );
        known.get_mut("ws-2").unwrap().missing = true;
        assert_eq!(
            absent(&known, &seen),
            vec![("ws-2".to_owned(), ChangeKind::Deleted)]
        );
        known.get_mut("ws-2").unwrap().deleted = true;
        assert_eq!(absent(&known, &seen), vec![]);
    }

    #[test]
    fn less_than_half_is_suspect() {
        assert!(suspect(100, 49));
        assert!(!suspect(100, 50));
        assert!(suspect(1, 0));
        assert!(!suspect(0, 0));
    }
}
