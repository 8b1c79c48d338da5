//! Alerts of the estate, open and closed.

use domain::UtcTime;
use store::Db;

use super::dice::Dice;
use super::names::{ACCOUNTS, Account};
use super::{EstateError, Profile, time, work};

const KINDS: &[(u64, &str)] = &[
    (40, "credentials"),
    (30, "workspaces_shrank"),
    (15, "directories_shrank"),
    (15, "bundles_shrank"),
];

struct Alert {
    account: Option<&'static Account>,
    region: Option<&'static str>,
    kind: &'static str,
    raised_at: UtcTime,
    last_seen_at: UtcTime,
    closed_at: Option<UtcTime>,
}

pub async fn write(db: &Db, profile: &Profile, dice: &Dice) -> Result<(), EstateError> {
    let mut dice = dice.fork("alerts");
    let count = if profile.ties { 24 } else { 40 };
    let alerts: Vec<Alert> = (0..count).map(|number| alert(number, &mut dice)).collect();
    db.write(move |conn| {
        for (number, alert) in alerts.iter().enumerate() {
            conn.execute(
                "INSERT INTO alert (alert_id, organization_id, account_id, region, kind, message, raised_at,
                   last_seen_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                &[
                    &format!("01970000-0000-7000-8000-{number:012}"),
                    &alert.account.map(|account| work::client_id(account.client)),
                    &alert.account.map(|account| account.id),
                    &alert.region,
                    &alert.kind,
                    &message(alert),
                    &alert.raised_at,
                    &alert.last_seen_at,
                    &alert.closed_at,
                ],
            )?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

fn alert(number: usize, dice: &mut Dice) -> Alert {
    let kind = dice.weighted(KINDS);
    // One is about no account at all.
    let account = (number > 0).then(|| &ACCOUNTS[usize::try_from(dice.below(10)).unwrap_or(0)]);
    let region = account
        .filter(|_| kind != "credentials")
        .map(|account| dice.of(account.regions));
    let raised_at = if dice.percent(15) {
        time::border(dice)
    } else {
        time::ago(dice, 118, 0)
    };
    let closed_at = if dice.percent(55) {
        time::after(dice, raised_at)
    } else {
        None
    };
    Alert {
        account,
        region,
        kind,
        raised_at,
        last_seen_at: closed_at.unwrap_or_else(|| time::at(0, 18_000).max(raised_at)),
        closed_at,
    }
}

fn message(alert: &Alert) -> String {
    let name = alert
        .account
        .map_or("this installation", |account| account.name);
    match alert.kind {
        "credentials" => format!("The credentials of {name} do not work any more."),
        kind => {
            let what = kind.trim_end_matches("_shrank");
            format!("A listing of {what} of {name} was far smaller than the one before.")
        }
    }
}
