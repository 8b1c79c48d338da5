//! How lines are kept: days replaced in one transaction, whichever source they are from.

use domain::billing::{CostLine, CostSource};
use domain::{AccountId, Scope, UtcTime};

use super::{Days, Part, Reading};
use crate::account;
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;

/// Puts what `source` says of `days` in the place of what it said before; answers how many lines
/// there are now. Lines of other sources about the same days go where there are new ones, so that
/// nothing counts twice. Nothing happens when the account was deleted meanwhile.
pub async fn replace(
    db: &Db,
    source: CostSource,
    part: Part,
    days: Days,
    reading: Reading,
) -> Result<u64, StoreError> {
    db.write(move |conn| {
        if !account::known(conn, &reading.account_id, None)? {
            return Ok(0);
        }
        replace_days(conn, source, part, &days, &reading)?;
        count_in_desktops(conn, &reading.account_id, &days)?;
        conn.changed("costs");
        Ok(reading.lines.len() as u64)
    })
    .await
}

/// Keeps an export: each account's days that it holds are replaced by it. The whole of a day stays Cost
/// Explorer's where that was read, since the two name some services differently. All accounts are
/// kept or none; one that the scope no longer has is left out. Answers the lines kept.
pub async fn import(db: &Db, scope: &Scope, readings: Vec<Reading>) -> Result<u64, StoreError> {
    let scope = scope.clone();
    db.write(move |conn| {
        let mut kept = 0;
        for reading in readings {
            if visible(conn, &scope, &reading.account_id)? {
                kept += import_one(conn, reading)?;
            }
        }
        conn.changed("costs");
        Ok(kept)
    })
    .await
}

fn visible(conn: &Conn, scope: &Scope, account: &AccountId) -> Result<bool, StoreError> {
    let owner = conn.query_opt(
        "SELECT organization_id FROM account WHERE account_id = $1",
        &[account],
        |row| row.get(0),
    )?;
    Ok(owner.is_some_and(|owner| scope.contains(&owner)))
}

fn import_one(conn: &Conn, mut reading: Reading) -> Result<u64, StoreError> {
    let Some(days) = days_of(&reading.lines) else {
        return Ok(0);
    };
    let read = explorer_days(conn, &reading.account_id, &days)?;
    reading.lines.retain(|line| {
        let overlaps = |day: &String| *day >= line.starts_on && *day < line.ends_on;
        line.workspace_id.is_some() || !read.iter().any(overlaps)
    });
    let kept = reading.lines.len() as u64;
    let (whole, desktops) = std::mem::take(&mut reading.lines)
        .into_iter()
        .partition(|line| Part::of(line) == Part::Whole);
    for (part, lines) in [(Part::Whole, whole), (Part::Desktops, desktops)] {
        let part_of = Reading {
            lines,
            ..reading.clone()
        };
        replace_days(conn, CostSource::Export, part, &days, &part_of)?;
    }
    count_in_desktops(conn, &reading.account_id, &days)?;
    Ok(kept)
}

fn days_of(lines: &[CostLine]) -> Option<Days> {
    Some(Days {
        from: lines.iter().map(|line| &line.starts_on).min()?.clone(),
        to: lines.iter().map(|line| &line.ends_on).max()?.clone(),
    })
}

/// The days of which Cost Explorer gave the whole.
fn explorer_days(conn: &Conn, account: &AccountId, days: &Days) -> Result<Vec<String>, StoreError> {
    conn.query(
        "SELECT DISTINCT starts_on FROM cost_line
         WHERE account_id = $1 AND starts_on >= $2 AND starts_on < $3 AND workspace_id = '' AND source = $4",
        &[account, &days.from, &days.to, &CostSource::CostExplorer.as_str()],
        |row| row.get(0),
    )
}

fn replace_days(
    conn: &Conn,
    source: CostSource,
    part: Part,
    days: &Days,
    reading: &Reading,
) -> Result<(), StoreError> {
    let account = &reading.account_id;
    let test = part.test("");
    conn.execute(
        &format!(
            "DELETE FROM cost_line
             WHERE account_id = $1 AND starts_on >= $2 AND starts_on < $3 AND source = $4 AND {test}"
        ),
        &[account, &days.from, &days.to, &source.as_str()],
    )?;
    let mut spans: Vec<(&str, &str)> = reading
        .lines
        .iter()
        .map(|line| (line.starts_on.as_str(), line.ends_on.as_str()))
        .collect();
    spans.sort_unstable();
    spans.dedup();
    for (starts_on, ends_on) in spans {
        conn.execute(
            &format!(
                "DELETE FROM cost_line
                 WHERE account_id = $1 AND starts_on < $3 AND ends_on > $2 AND source <> $4 AND {test}
                   AND starts_on >= $5"
            ),
            // No line is longer than a month, which bounds how far back one that reaches here begins.
            &[account, &starts_on, &ends_on, &source.as_str(), &a_month_before(starts_on)],
        )?;
    }
    for line in &reading.lines {
        insert(conn, source, account, line, reading.read_at)?;
    }
    Ok(())
}

fn a_month_before(day: &str) -> String {
    let time = day.parse::<UtcTime>();
    time.map_or_else(|_| String::new(), |time| time.plus_days(-31).day())
}

/// Lines that are the same but for what a bill's grouping hides, such as a resource named twice, are
/// added up.
fn insert(
    conn: &Conn,
    source: CostSource,
    account: &AccountId,
    line: &CostLine,
    read_at: UtcTime,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO cost_line (account_id, workspace_id, service, usage_type, starts_on, ends_on,
           region, amount_micros, quantity, unit, estimated, source, read_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (account_id, workspace_id, service, usage_type, starts_on, ends_on) DO UPDATE SET
           amount_micros = amount_micros + excluded.amount_micros,
           quantity = coalesce(quantity + excluded.quantity, quantity, excluded.quantity),
           estimated = max(estimated, excluded.estimated)",
        &[
            account,
            &line.workspace_id.as_deref().unwrap_or(""),
            &line.service,
            &line.usage_type,
            &line.starts_on,
            &line.ends_on,
            &line.region,
            &line.amount,
            &line.quantity,
            &line.unit,
            &line.estimated,
            &source.as_str(),
            &read_at,
        ],
    )?;
    Ok(())
}

/// Says of each whole of these days what its desktops' lines add up to.
fn count_in_desktops(conn: &Conn, account: &AccountId, days: &Days) -> Result<(), StoreError> {
    let place: [&dyn crate::value::ToValue; 3] = [account, &days.from, &days.to];
    conn.execute(
        "UPDATE cost_line SET in_desktops_micros = 0, in_desktops_quantity = 0
         WHERE account_id = $1 AND workspace_id = '' AND starts_on >= $2 AND starts_on < $3",
        &place,
    )?;
    conn.execute(
        "UPDATE cost_line SET in_desktops_micros = d.amount, in_desktops_quantity = d.quantity
         FROM (SELECT p.service, p.usage_type, p.starts_on, sum(p.amount_micros) AS amount,
                 coalesce(sum(p.quantity), 0) AS quantity
               FROM cost_line p
               WHERE p.account_id = $1 AND p.workspace_id > '' AND p.starts_on >= $2 AND p.starts_on < $3
               GROUP BY p.service, p.usage_type, p.starts_on) d
         WHERE cost_line.account_id = $1 AND cost_line.workspace_id = ''
           AND cost_line.service = d.service AND cost_line.usage_type = d.usage_type
           AND cost_line.starts_on = d.starts_on",
        &place,
    )?;
    Ok(())
}

/// Adds the days of desktops up to months, for the months that are over before `before`: what a desktop
/// cost on one day of last year is not asked, and its lines are nearly all that this table holds. One
/// month of each account at a time; answers how many lines fewer there are.
pub async fn fold(db: &Db, before: UtcTime) -> Result<u64, StoreError> {
    let month = domain::usage::Month::of(before).start().day();
    let due: Vec<(AccountId, String)> = db
        .read(move |conn| {
            // A line that begins and ends with a first of a month is folded already.
            conn.query(
                "SELECT account_id, month FROM (
                   SELECT a.account_id, (SELECT substr(min(l.starts_on), 1, 7) FROM cost_line l
                     WHERE l.account_id = a.account_id AND l.starts_on < $1 AND l.workspace_id > ''
                       AND (substr(l.starts_on, 9, 2) <> '01' OR substr(l.ends_on, 9, 2) <> '01')) AS month
                   FROM account a)
                 WHERE month IS NOT NULL",
                &[&month],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
        .await?;
    let mut fewer = 0;
    for (account, month) in due {
        fewer += fold_month(db, account, month).await?;
    }
    Ok(fewer)
}

async fn fold_month(db: &Db, account: AccountId, month: String) -> Result<u64, StoreError> {
    let Ok(month) = month.parse::<domain::usage::Month>() else {
        return Ok(0);
    };
    let (from, to) = (month.start().day(), month.end().day());
    db.write(move |conn| {
        let sums = conn.query(
            "SELECT workspace_id, service, usage_type, source, max(region), sum(amount_micros),
               sum(quantity), max(unit), max(estimated), max(read_at)
             FROM cost_line
             WHERE account_id = $1 AND workspace_id > '' AND starts_on >= $2 AND starts_on < $3
             GROUP BY workspace_id, service, usage_type, source",
            &[&account, &from, &to],
            |row| {
                let source: String = row.get(3)?;
                let source = CostSource::from_text(&source)
                    .ok_or_else(|| StoreError::Unreadable(format!("cost source {source:?}")))?;
                let line = CostLine {
                    workspace_id: row.get(0)?,
                    service: row.get(1)?,
                    usage_type: row.get(2)?,
                    starts_on: from.clone(),
                    ends_on: to.clone(),
                    region: row.get(4)?,
                    amount: row.get(5)?,
                    quantity: row.get(6)?,
                    unit: row.get(7)?,
                    estimated: row.get(8)?,
                };
                Ok((source, line, row.get::<UtcTime>(9)?))
            },
        )?;
        let gone = conn.execute(
            "DELETE FROM cost_line
             WHERE account_id = $1 AND workspace_id > '' AND starts_on >= $2 AND starts_on < $3",
            &[&account, &from, &to],
        )?;
        for (source, line, read_at) in &sums {
            insert(conn, *source, &account, line, *read_at)?;
        }
        Ok((gone as u64).saturating_sub(sums.len() as u64))
    })
    .await
}
