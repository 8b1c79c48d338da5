//! The databases that questions are measured on: invented estates, the same for the same number,
//! that differ where a wrong query must show: ties, NULLs, empty tables, times exactly at a month's
//! border, desktops that never connected or are gone, odd characters in tags.
//!
//! Stock and history are written the way a sync writes them. Clients, accounts, alerts and jobs have
//! their times from the clock in the store's own functions, so `work` writes those rows itself.

mod alerts;
mod desktop;
mod dice;
mod names;
mod stock;
mod time;
mod work;

use std::path::Path;

use domain::UtcTime;
use store::{Db, OpenError, StoreConfig, StoreError};
use thiserror::Error;

use dice::Dice;

/// When every question is asked.
pub const NOW: &str = "2026-11-24T12:00:00Z";

/// How many databases are made unless told otherwise.
pub const DATABASES: usize = 5;

#[derive(Debug, Error)]
pub enum EstateError {
    #[error("a demo database could not be opened: {0}")]
    Open(#[from] OpenError),
    #[error("a demo database could not be written: {0}")]
    Store(#[from] StoreError),
    /// A name in `names` that AWS would not give.
    #[error("the demo estate names {0:?}, which is not valid")]
    Name(String),
}

/// What is peculiar about one database.
#[derive(Debug, Clone, Copy)]
struct Profile {
    /// Desktops, in percent of the full size.
    size: u64,
    /// How often a value that may be absent is absent, in percent.
    absent: u64,
    /// Every account is of about the same size and few values differ, so that ranks are shared.
    ties: bool,
    /// Times gather at the borders of months.
    borders: bool,
    /// No alerts, jobs, sync runs, bundles or tags.
    bare: bool,
    /// One client has lost every desktop.
    vacant: bool,
}

const USUAL: Profile = Profile {
    size: 100,
    absent: 6,
    ties: false,
    borders: false,
    bare: false,
    vacant: false,
};

const PROFILES: &[Profile] = &[
    USUAL,
    Profile {
        size: 60,
        ties: true,
        ..USUAL
    },
    Profile {
        size: 70,
        absent: 30,
        ..USUAL
    },
    Profile {
        size: 40,
        bare: true,
        ..USUAL
    },
    Profile {
        size: 70,
        borders: true,
        vacant: true,
        ..USUAL
    },
];

/// The time all questions are asked at.
#[must_use]
pub fn now() -> UtcTime {
    // The text above is checked by a test, so it cannot fail in the field.
    NOW.parse().unwrap_or_else(|_| UtcTime::from_unix(0))
}

/// Makes `count` databases in folders of their own under `folder`. The first holds every name that a
/// question may use.
pub async fn build(folder: &Path, count: usize) -> Result<Vec<Db>, EstateError> {
    // Each has a writer of its own, which waits for the disk most of the time.
    futures::future::try_join_all((0..count).map(async |number| {
        let db = Db::open(StoreConfig::new(folder.join(format!("estate-{number}"))))?;
        fill(&db, number).await?;
        Ok(db)
    }))
    .await
}

async fn fill(db: &Db, number: usize) -> Result<(), EstateError> {
    let profile = PROFILES[number % PROFILES.len()];
    let dice = Dice::new(0x57_0c_7a_4e + number as u64);
    work::clients(db, &dice).await?;
    for account in names::ACCOUNTS {
        for region in account.regions {
            stock::fill(db, &profile, &dice, account, region).await?;
        }
    }
    if !profile.bare {
        work::runs(db, &profile, &dice).await?;
    }
    Ok(())
}
