//! One desktop as the simulated AWS remembers it. Small on purpose: a hundred thousand of them must fit in memory,
//! so what many share is an index, a `&'static str` or an `Arc`.

use std::sync::Arc;

use crate::clock::Millis;
use crate::dice::DesktopId;
use crate::habit::Habit;
use crate::load::Sizing;
use crate::state::State;

#[derive(Clone, Debug)]
pub struct Tag {
    pub key: Arc<str>,
    pub value: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunningMode {
    AutoStop,
    AlwaysOn,
    Manual,
}

impl RunningMode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoStop => "AUTO_STOP",
            Self::AlwaysOn => "ALWAYS_ON",
            Self::Manual => "MANUAL",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::AutoStop, Self::AlwaysOn, Self::Manual]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Properties {
    pub running_mode: RunningMode,
    /// Only AUTO_STOP has one.
    pub auto_stop_minutes: u16,
    pub root_gib: u16,
    pub user_gib: u16,
    pub compute: &'static str,
    pub protocol: &'static str,
    pub os: &'static str,
}

/// What a desktop is while no transition is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Healthy: its mode, its power switch and its person decide between AVAILABLE and STOPPED.
    Healthy,
    /// Stays in this state until somebody acts.
    Stuck(State),
}

#[derive(Clone, Debug)]
pub enum Then {
    Healthy,
    Off,
    /// Take on these properties, then go on as before.
    Adopt(Box<Properties>),
    Vanish,
}

#[derive(Clone, Debug)]
pub struct Transition {
    pub shows: State,
    pub until: Millis,
    pub then: Then,
    /// What AWS lists under ModificationStates meanwhile.
    pub modifies: Option<&'static str>,
}

/// The last time the power switch was used from outside.
#[derive(Clone, Copy, Debug)]
pub struct Power {
    pub on: bool,
    pub at: Millis,
}

/// What the properties were until then. Invoices and metrics of the past keep to it.
#[derive(Clone, Copy, Debug)]
pub struct Was {
    pub until: Millis,
    pub properties: Properties,
}

/// More changes than this are not remembered; the oldest go first.
const MOST_REMEMBERED: usize = 64;

/// A standby pair seen from one of its sides.
#[derive(Clone, Debug)]
pub struct Twin {
    pub id: DesktopId,
    pub region: Arc<str>,
    /// True when the other desktop is the primary one.
    pub is_primary: bool,
    pub replicates: bool,
    pub snapshot: Millis,
}

#[derive(Clone, Debug)]
pub struct Desktop {
    pub id: DesktopId,
    /// Index into the site's directories.
    pub directory: u16,
    pub subnet: u8,
    pub user_encrypted: bool,
    pub root_encrypted: bool,
    pub ip: [u8; 4],
    pub computer: u32,
    pub bundle: Arc<str>,
    pub user: Box<str>,
    pub name: Option<Box<str>>,
    pub key: Option<Arc<str>>,
    pub properties: Properties,
    /// Oldest first; empty for most.
    pub past: Vec<Was>,
    /// When it was created.
    pub born: Millis,
    pub sizing: Sizing,
    pub tags: Box<[Tag]>,
    pub habit: Habit,
    pub rest: Rest,
    pub power: Option<Power>,
    pub transition: Option<Box<Transition>>,
    pub twin: Option<Box<Twin>>,
}

impl Desktop {
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|tag| &*tag.key == key)
            .map(|tag| &*tag.value)
    }

    pub fn set_tag(&mut self, key: &str, value: &str) {
        if let Some(tag) = self.tags.iter_mut().find(|tag| &*tag.key == key) {
            tag.value = value.into();
            return;
        }
        let mut tags = std::mem::take(&mut self.tags).into_vec();
        tags.push(Tag {
            key: key.into(),
            value: value.into(),
        });
        self.tags = tags.into();
    }

    pub fn remove_tag(&mut self, key: &str) {
        let mut tags = std::mem::take(&mut self.tags).into_vec();
        tags.retain(|tag| &*tag.key != key);
        self.tags = tags.into();
    }

    /// Takes on other properties and remembers the ones before.
    pub fn adopt(&mut self, properties: Properties, at: Millis) {
        if properties == self.properties {
            return;
        }
        if self.past.len() >= MOST_REMEMBERED {
            self.past.remove(0);
        }
        let properties = std::mem::replace(&mut self.properties, properties);
        self.past.push(Was {
            until: at,
            properties,
        });
    }

    /// AWS shows neither address nor computer name until the machine exists.
    pub fn is_built(&self) -> bool {
        self.transition
            .as_ref()
            .is_none_or(|t| t.shows != State::Pending)
    }

    pub fn computer_name(&self) -> String {
        format!(
            "{}-{:07X}",
            if self.is_windows() { "EC2AMAZ" } else { "U" },
            self.computer & 0x0FFF_FFFF
        )
    }

    fn is_windows(&self) -> bool {
        self.properties.os.starts_with("WINDOWS")
    }
}
