//! One desktop's life: what it is at first, what happens to it, and when somebody was connected.

use domain::UtcTime;
use domain::workspace::{
    ConnectionRecord, ConnectionState, RunningMode, Tags, WorkspaceRecord, WorkspaceState,
};
use store::stock::ChangeKind;

use super::Profile;
use super::dice::Dice;
use super::names::{self, Account, Bundle, Known};
use super::{now, time};

const STATES: &[(u64, &str)] = &[
    (46, "AVAILABLE"),
    (34, "STOPPED"),
    (6, "UNHEALTHY"),
    (6, "ERROR"),
    (2, "IMPAIRED"),
    (3, "STARTING"),
    (2, "MAINTENANCE"),
    (2, "PENDING"),
    (2, "SUSPENDED"),
    (1, "REBOOTING"),
];

/// What happens at one time; the record and tags are absent when the listing lacks it.
pub struct Event {
    pub at: UtcTime,
    pub kind: ChangeKind,
    pub row: Option<(WorkspaceRecord, Tags)>,
}

pub struct Life {
    pub id: String,
    pub events: Vec<Event>,
    pub connection: Option<ConnectionRecord>,
    /// An earlier creation time, as an audit trail would tell it.
    pub created_at: Option<UtcTime>,
}

/// Where a desktop is made.
pub struct Place<'a> {
    pub account: &'a Account,
    pub region: &'a str,
    /// Directory ids to choose from.
    pub directories: &'a [String],
    /// Not used by any desktop of a database without bundles.
    pub profile: &'a Profile,
}

/// The id of a bundle in a region.
pub fn bundle_id(bundle: &Bundle, region: &str) -> String {
    if bundle.owner.is_some() {
        format!("wsb-{}", bundle.id)
    } else {
        let letters: String = region
            .split('-')
            .filter_map(|part| part.chars().next())
            .collect();
        format!("wsb-{}{letters}", bundle.id)
    }
}

pub fn live(place: &Place<'_>, known: Option<&Known>, number: u64, dice: &mut Dice) -> Life {
    let profile = place.profile;
    let (mut record, mut tags) = first(place, known, number, dice);
    let started = started(profile, known.is_some(), dice);
    let id = record.workspace_id.clone();
    let mut events = vec![event(started, ChangeKind::Created, &record, &tags)];
    let mut last = started;
    let changes = if known.is_some() {
        3
    } else {
        dice.below(10).saturating_sub(6)
    };
    for _ in 0..changes {
        let Some(at) = time::after(dice, last) else {
            break;
        };
        change(&mut record, &mut tags, dice);
        events.push(event(at, ChangeKind::Changed, &record, &tags));
        last = at;
    }
    for _ in 0..dice.below(7) {
        let Some(at) = time::after(dice, last) else {
            break;
        };
        state(&mut record, dice.weighted(STATES));
        events.push(event(at, ChangeKind::Volatile, &record, &tags));
        last = at;
    }
    if let Some(known) = known
        && record.state.as_str() != known.state
        && let Some(at) = time::after(dice, last)
    {
        state(&mut record, known.state);
        events.push(event(at, ChangeKind::Volatile, &record, &tags));
    } else if known.is_none() {
        end(profile, place, &mut record, &tags, last, dice, &mut events);
    }
    let connection = connection(profile, &record, started, dice);
    let created_at = (known.is_none() && dice.percent(15)).then(|| time::ago(dice, 900, 401));
    Life {
        id,
        events,
        connection,
        created_at,
    }
}

fn event(at: UtcTime, kind: ChangeKind, record: &WorkspaceRecord, tags: &Tags) -> Event {
    Event {
        at,
        kind,
        row: Some((record.clone(), tags.clone())),
    }
}

fn started(profile: &Profile, known: bool, dice: &mut Dice) -> UtcTime {
    if known {
        return time::ago(dice, 320, 220);
    }
    let borders = if profile.borders { 40 } else { 8 };
    if dice.percent(borders) {
        time::border(dice)
    } else if dice.percent(12) {
        time::ago(dice, 13, 0)
    } else if dice.percent(70) {
        time::ago(dice, 300, 0)
    } else {
        time::ago(dice, 700, 300)
    }
}

/// How a desktop's life ends, for the few whose does.
fn end(
    profile: &Profile,
    place: &Place<'_>,
    record: &mut WorkspaceRecord,
    tags: &Tags,
    last: UtcTime,
    dice: &mut Dice,
    events: &mut Vec<Event>,
) {
    let gone = |at, kind| Event {
        at,
        kind,
        row: None,
    };
    let vacated = profile.vacant && place.account.client == 1;
    let Some(at) = time::after(dice, last) else {
        return;
    };
    if vacated || dice.percent(9) {
        events.push(gone(at, ChangeKind::Missing));
        let Some(next) = time::after(dice, at) else {
            return;
        };
        if vacated || dice.percent(60) {
            events.push(gone(next, ChangeKind::Deleted));
        } else if dice.percent(40) {
            events.push(event(next, ChangeKind::Returned, record, tags));
        }
    } else if dice.percent(11) {
        record.state = WorkspaceState::Terminated;
        events.push(event(at, ChangeKind::Terminated, record, tags));
    }
}

fn first(
    place: &Place<'_>,
    known: Option<&Known>,
    number: u64,
    dice: &mut Dice,
) -> (WorkspaceRecord, Tags) {
    let (account, profile) = (place.account, place.profile);
    let client = &names::CLIENTS[account.client];
    let offered: Vec<(u64, &Bundle)> = names::BUNDLES
        .iter()
        .filter(|bundle| bundle.owner.is_none_or(|owner| owner == account.id))
        .map(|bundle| (bundle.weight, bundle))
        .collect();
    let bundle = dice.weighted(&offered);
    let absent = profile.absent;
    // A few people have two desktops, and a few desktops nobody.
    let user = known.map_or_else(
        || (!dice.percent(absent)).then(|| dice.of(client.users).to_owned()),
        |known| Some(known.user.to_owned()),
    );
    let mode = match dice.below(100) {
        0..50 => RunningMode::AutoStop,
        50..88 => RunningMode::AlwaysOn,
        _ => RunningMode::Manual,
    };
    let mut record = WorkspaceRecord {
        workspace_id: known
            .map_or_else(|| format!("ws-{}", dice.id(9)), |known| known.id.to_owned()),
        directory_id: (!place.directories.is_empty()).then(|| {
            let index = dice.below(place.directories.len() as u64);
            place.directories[usize::try_from(index).unwrap_or(0)].clone()
        }),
        user_name: user,
        ip_address: Some(format!(
            "10.{}.{}.{}",
            account.client,
            dice.below(8),
            dice.between(4, 250)
        )),
        ipv6_address: None,
        state: WorkspaceState::Pending,
        bundle_id: (known.is_some() || !dice.percent(absent / 3))
            .then(|| bundle_id(bundle, place.region)),
        subnet_id: Some(format!("subnet-{}{}", client.slug, dice.below(2))),
        error_code: None,
        error_message: None,
        computer_name: Some(known.map_or_else(
            || format!("{}-{number:04}", computer_prefix(client.slug)),
            |known| known.computer.to_owned(),
        )),
        workspace_name: dice
            .percent(20)
            .then(|| format!("{}-desk-{number}", client.slug)),
        volume_encryption_key: None,
        user_volume_encrypted: (!dice.percent(absent)).then(|| dice.percent(70)),
        root_volume_encrypted: (!dice.percent(absent)).then(|| dice.percent(60)),
        auto_stop_timeout_minutes: None,
        running_mode: None,
        root_volume_gib: Some(bundle.root),
        user_volume_gib: Some(if dice.percent(15) { 200 } else { bundle.user }),
        compute_type: (known.is_some() || !dice.percent(absent / 3))
            .then(|| bundle.compute.to_owned()),
        protocols: vec!["DCV".to_owned()],
        operating_system: (!dice.percent(absent / 3)).then(|| bundle.system.to_owned()),
        modification_states: Vec::new(),
        related_workspaces: Vec::new(),
        standby_workspaces: Vec::new(),
        data_replication: None,
    };
    run_as(
        &mut record,
        (known.is_some() || !dice.percent(absent / 2)).then_some(mode),
        dice,
    );
    state(&mut record, dice.weighted(STATES));
    let tags = tags(profile, record.user_name.as_deref(), dice);
    (record, tags)
}

fn computer_prefix(slug: &str) -> String {
    slug.chars().take(3).collect::<String>().to_uppercase() + "-WS"
}

fn run_as(record: &mut WorkspaceRecord, mode: Option<RunningMode>, dice: &mut Dice) {
    record.auto_stop_timeout_minutes =
        (mode == Some(RunningMode::AutoStop)).then(|| dice.of(&[60, 60, 120, 240]));
    record.running_mode = mode;
}

fn state(record: &mut WorkspaceRecord, state: &str) {
    record.state = WorkspaceState::from(state);
    let (code, message) = match state {
        "ERROR" => (
            Some("DirectoryUnreachable"),
            Some("The directory did not answer."),
        ),
        "UNHEALTHY" => (
            Some("AgentTimeout"),
            Some("The desktop does not answer health checks."),
        ),
        _ => (None, None),
    };
    record.error_code = code.map(str::to_owned);
    record.error_message = message.map(str::to_owned);
}

fn tags(profile: &Profile, user: Option<&str>, dice: &mut Dice) -> Tags {
    let mut tags = Tags::new();
    if profile.bare || dice.percent(8) {
        return tags;
    }
    let mut set = |key: &str, value: &str| tags.insert(key.to_owned(), value.to_owned());
    if !dice.percent(12 + profile.absent) {
        let (department, cost_centre) = dice.weighted(names::DEPARTMENTS);
        set("Department", department);
        if !dice.percent(25) {
            set("CostCenter", cost_centre);
        }
    }
    if !dice.percent(20) {
        set("Environment", dice.weighted(names::ENVIRONMENTS));
    }
    if dice.percent(30) {
        set("Owner", dice.of(names::OWNERS));
    }
    if dice.percent(12) {
        set("Backup Plan", dice.of(&["daily", "weekly", ""]));
    }
    // The same values under another key.
    if dice.percent(15) {
        set("Team", dice.of(names::TEAMS));
    }
    if dice.percent(6) {
        set("aws:cloudformation:stack-name", "desks_50%_'new'");
    }
    if dice.percent(6) {
        set("Größe/x;--", "L");
    }
    if let Some(user) = user
        && dice.percent(70)
    {
        let name: Vec<String> = user.split('.').map(capitalized).collect();
        set("DisplayName", &name.join(" "));
    }
    tags
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// One of the things people do to a desktop.
fn change(record: &mut WorkspaceRecord, tags: &mut Tags, dice: &mut Dice) {
    match dice.below(4) {
        0 => {
            let other = ["STANDARD", "PERFORMANCE", "POWER", "VALUE"];
            let next = other
                .into_iter()
                .find(|next| record.compute_type.as_deref() != Some(next));
            record.compute_type = next.map(str::to_owned);
        }
        1 => {
            let next = match record.running_mode {
                Some(RunningMode::AlwaysOn) => RunningMode::AutoStop,
                _ => RunningMode::AlwaysOn,
            };
            run_as(record, Some(next), dice);
        }
        2 => record.user_volume_gib = Some(record.user_volume_gib.unwrap_or(50) + 50),
        _ => {
            let stage = dice.of(&["pilot", "rollout", "done"]);
            tags.insert("Migration".to_owned(), stage.to_owned());
        }
    }
}

fn connection(
    profile: &Profile,
    record: &WorkspaceRecord,
    started: UtcTime,
    dice: &mut Dice,
) -> Option<ConnectionRecord> {
    if dice.percent(profile.absent) {
        return None;
    }
    let last = match dice.below(100) {
        0..13 => None,
        13..50 => Some(time::ago(dice, 1, 0)),
        50..68 => Some(time::ago(dice, 27, 0)),
        68..80 => Some(time::ago(dice, 88, 32)),
        _ => Some(time::ago(dice, 400, 93)),
    };
    let last = last.map(|last| {
        if last < started {
            time::after(dice, started).unwrap_or(started)
        } else {
            last
        }
    });
    let today = last.is_some_and(|last| now().seconds_since(last) < 86_400);
    let state = if record.state == WorkspaceState::Available && today {
        ConnectionState::Connected
    } else if dice.percent(8) {
        ConnectionState::Unknown
    } else {
        ConnectionState::Disconnected
    };
    Some(ConnectionRecord {
        workspace_id: record.workspace_id.clone(),
        state,
        checked_at: Some(time::at(0, 6 * 3600)),
        last_connected_at: last,
    })
}
