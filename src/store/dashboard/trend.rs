//! How many desktops were in stock at the end of each day, worked out from when each row was first
//! seen and when it went. A desktop that went missing and came back counts as there all along:
//! its row no longer says otherwise.

use std::collections::BTreeMap;

use domain::dashboard::DayCount;
use domain::{Scope, UtcTime};

use crate::conn::Conn;
use crate::error::StoreError;
use crate::select::Conditions;

const DAYS: i64 = 30;

/// The last 30 UTC days up to `now`, or fewer when nothing is known before.
pub(super) fn days(conn: &Conn, scope: &Scope, now: UtcTime) -> Result<Vec<DayCount>, StoreError> {
    let first = now.plus_days(1 - DAYS).day();
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for (column, step) in [
        ("substr(w.first_seen_at, 1, 10)", 1),
        // Whichever AWS or a listing said first.
        (
            "substr(CASE
               WHEN w.terminated_at IS NOT NULL
                 AND (w.missing_since IS NULL OR w.terminated_at < w.missing_since)
                 THEN w.terminated_at
               WHEN w.missing_since IS NOT NULL THEN w.missing_since
               ELSE w.deleted_at END, 1, 10)",
            -1,
        ),
    ] {
        let all = Conditions::in_scope(scope, "w.organization_id");
        let sql = format!(
            "SELECT d.day, count(*) FROM (SELECT {column} AS day FROM workspace w {}) d
             WHERE d.day IS NOT NULL GROUP BY d.day",
            all.sql()
        );
        conn.for_each(&sql, &all.values(), |row| {
            let (day, count): (String, i64) = (row.get(0)?, row.get(1)?);
            *steps.entry(day).or_default() += step * count;
            Ok(())
        })?;
    }
    let Some(known_from) = steps.keys().next().cloned() else {
        return Ok(Vec::new());
    };
    let mut stock: i64 = steps
        .iter()
        .filter(|(day, _)| **day < first)
        .map(|(_, step)| step)
        .sum();
    let mut trend = Vec::new();
    for back in (0..DAYS).rev() {
        let day = now.plus_days(-back).day();
        if day < known_from {
            continue;
        }
        stock += steps.get(&day).copied().unwrap_or(0);
        trend.push(DayCount {
            day,
            workspaces: u64::try_from(stock).unwrap_or(0),
        });
    }
    Ok(trend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{desktop, estate, tags, time};
    use crate::stock::{Change, ChangeKind};

    #[tokio::test]
    async fn a_day_counts_what_was_in_stock_at_its_end() {
        let estate = estate().await;
        let row = |id: &str| (desktop(id, None, "STOPPED"), tags(&[]));
        let acme = &estate.acme;
        estate
            .seen(acme, "2026-11-17T08:00:00Z", vec![row("ws-1"), row("ws-2")])
            .await;
        estate
            .seen(acme, "2026-11-18T08:00:00Z", vec![row("ws-3")])
            .await;
        let gone = Change {
            id: "ws-1".into(),
            kind: ChangeKind::Missing,
            row: None,
        };
        estate.apply(acme, "2026-11-20T08:00:00Z", vec![gone]).await;
        estate
            .seen(&estate.globex, "2026-11-20T09:00:00Z", vec![row("ws-9")])
            .await;
        let read = async |scope: Scope, now: &str| {
            let now = time(now);
            let trend = estate
                .db
                .read(move |conn| days(conn, &scope, now))
                .await
                .unwrap();
            trend
                .iter()
                .map(|day| format!("{} {}", &day.day[5..], day.workspaces))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read(acme.scope(), "2026-11-20T12:00:00Z").await,
            ["11-17 2", "11-18 3", "11-19 3", "11-20 2"]
        );
        assert_eq!(
            read(estate.globex.scope(), "2026-11-21T12:00:00Z").await,
            ["11-20 1", "11-21 1"]
        );
        let later = read(Scope::All, "2027-02-01T12:00:00Z").await;
        assert_eq!((later.len(), later[0].as_str()), (30, "01-03 3"));
    }
}
