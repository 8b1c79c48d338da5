//! The metrics of AWS/WorkSpaces for one desktop: which five minutes have a value, what it is, and how the values of
//! a period become one. How long CloudWatch keeps them is here, too.

use std::ops::Range;

use crate::clock::{DAY, Millis};
use crate::dice::DesktopId;
use crate::load::{Gauge, Level};
use crate::usage::{SLOT, Slot, Spans, Track, outside, slot_from, within};

/// Seconds of a slot, and of a value as WorkSpaces publishes it.
pub const SLOT_SECS: i64 = SLOT / 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Available,
    Stopped,
    UserConnected,
    ConnectionAttempt,
    ConnectionSuccess,
    Gauge(Gauge),
}

pub const METRICS: &[(&str, Metric)] = &[
    ("Available", Metric::Available),
    ("CPUUsage", Metric::Gauge(Gauge::Cpu)),
    ("ConnectionAttempt", Metric::ConnectionAttempt),
    ("ConnectionSuccess", Metric::ConnectionSuccess),
    ("InSessionLatency", Metric::Gauge(Gauge::Latency)),
    ("MemoryUsage", Metric::Gauge(Gauge::Memory)),
    ("RootVolumeDiskUsage", Metric::Gauge(Gauge::RootVolume)),
    ("Stopped", Metric::Stopped),
    ("UDPPacketLossRate", Metric::Gauge(Gauge::PacketLoss)),
    ("UserConnected", Metric::UserConnected),
    ("UserVolumeDiskUsage", Metric::Gauge(Gauge::UserVolume)),
];

impl Metric {
    pub fn parse(name: &str) -> Option<Self> {
        METRICS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, metric)| *metric)
    }
}

/// One desktop in 60 publishes no metrics at all.
pub fn is_published(id: DesktopId) -> bool {
    !id.salted(0xDA4C).is_multiple_of(60)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    Average,
    Sum,
    Maximum,
    Minimum,
    SampleCount,
}

impl Statistic {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Maximum" => Self::Maximum,
            "Minimum" => Self::Minimum,
            "SampleCount" => Self::SampleCount,
            _ => return None,
        })
    }
}

/// One desktop in one window, worked out once for all metrics that are asked of it.
pub struct Timeline<'a> {
    track: &'a Track,
    connected: Spans,
    running: Spans,
    /// Slots of its life for which there is data.
    seen: Spans,
}

/// Slots with values.
struct Piece {
    slots: Range<Slot>,
    value: Value,
}

#[derive(Clone, Copy)]
enum Value {
    Fixed(f64),
    Varies(Level),
}

impl<'a> Timeline<'a> {
    /// `outage` are slots that were lost for the whole site.
    pub fn of(track: &'a Track, window: &Range<Slot>, outage: &Range<Slot>, now: Millis) -> Self {
        let life = track.life(window, now);
        let seen = outside(std::slice::from_ref(outage), &life);
        let running = within(&track.running(window, now), &seen);
        Self {
            connected: within(&track.connected(window, now), &running),
            running,
            seen,
            track,
        }
    }

    fn pieces(&self, metric: Metric) -> Vec<Piece> {
        let fixed = |spans: Spans, value: f64| {
            spans.into_iter().map(move |slots| Piece {
                slots,
                value: Value::Fixed(value),
            })
        };
        match metric {
            Metric::UserConnected => {
                let whole = Slot::MIN..Slot::MAX;
                let idle = within(&outside(&self.connected, &whole), &self.running);
                let mut pieces: Vec<Piece> = fixed(idle, 0.0)
                    .chain(fixed(self.connected.clone(), 1.0))
                    .collect();
                pieces.sort_unstable_by_key(|piece| piece.slots.start);
                pieces
            }
            Metric::Stopped => {
                let stopped = self
                    .seen
                    .iter()
                    .flat_map(|seen| outside(&self.running, seen));
                fixed(stopped.collect(), 1.0).collect()
            }
            Metric::Available => {
                let until = self.track.healthy_until();
                let healthy = within(&self.running, std::slice::from_ref(&(Slot::MIN..until)));
                fixed(healthy, 1.0).collect()
            }
            Metric::ConnectionAttempt | Metric::ConnectionSuccess => {
                let begins = self.connected.iter().map(|span| span.start..span.start + 1);
                fixed(begins.collect(), 1.0).collect()
            }
            Metric::Gauge(gauge) => self.gauge(gauge),
        }
    }

    /// Disks have a level while the machine runs, the rest only while somebody works at it.
    fn gauge(&self, gauge: Gauge) -> Vec<Piece> {
        let spans = match gauge {
            Gauge::RootVolume | Gauge::UserVolume => &self.running,
            _ => &self.connected,
        };
        spans
            .iter()
            .map(|slots| {
                let compute = self.track.properties_at(slots.start * SLOT).compute;
                let fit = self.track.sizing.now(compute);
                Piece {
                    slots: slots.clone(),
                    value: Value::Varies(Level::of(gauge, self.track.id, fit)),
                }
            })
            .collect()
    }

    /// One value for each period that has any, oldest first: the second at which the period begins, and the value.
    pub fn values(
        &self,
        metric: Metric,
        statistic: Statistic,
        periods: &Periods,
        out: &mut Vec<(i64, f64)>,
    ) {
        if periods.is_plain() {
            self.plain(metric, statistic, periods, out);
            return;
        }
        let mut open = Bucket::default();
        for piece in self.pieces(metric) {
            let mut at = piece.slots.start;
            while at < piece.slots.end {
                let begin = periods.begin_of(at * SLOT_SECS);
                if begin != open.begin {
                    open.close(statistic, periods, out);
                    open.begin = begin;
                }
                let end = (begin + periods.seconds + SLOT_SECS - 1).div_euclid(SLOT_SECS);
                let end = end.min(piece.slots.end).max(at + 1);
                match piece.value {
                    Value::Fixed(value) => open.add(value, end - at),
                    Value::Varies(level) => {
                        (at..end).for_each(|slot| open.add(level.at(slot), 1));
                    }
                }
                at = end;
            }
        }
        open.close(statistic, periods, out);
    }

    /// Periods of five minutes on the clock: each value stands for itself.
    fn plain(
        &self,
        metric: Metric,
        statistic: Statistic,
        periods: &Periods,
        out: &mut Vec<(i64, f64)>,
    ) {
        for piece in self.pieces(metric) {
            let kept = slot_from(periods.kept_from * 1000);
            let slots = piece.slots.start.max(kept)..piece.slots.end;
            match piece.value {
                _ if statistic == Statistic::SampleCount => {
                    out.extend(slots.map(|slot| (slot * SLOT_SECS, 1.0)));
                }
                Value::Fixed(value) => out.extend(slots.map(|slot| (slot * SLOT_SECS, value))),
                Value::Varies(level) => {
                    out.extend(slots.map(|slot| (slot * SLOT_SECS, level.at(slot))));
                }
            }
        }
    }
}

/// The periods a request divides its time into. CloudWatch counts them from the start of the request, rounded.
#[derive(Clone, Copy, Debug)]
pub struct Periods {
    origin: i64,
    seconds: i64,
    /// What began earlier is gone, or is kept in coarser values only.
    kept_from: i64,
}

/// For so many days CloudWatch keeps values of so many seconds.
const KEPT: [(i64, i64); 3] = [(15, 60), (63, 300), (455, 3600)];

const DAY_SECS: i64 = DAY / 1000;

impl Periods {
    pub fn new(start: i64, seconds: i64, now: Millis) -> Self {
        let now = now / 1000;
        let round = KEPT
            .iter()
            .find(|(days, _)| now - start <= days * DAY_SECS)
            .map_or(3600, |(_, seconds)| *seconds);
        let days = KEPT
            .iter()
            .filter(|(_, kept)| seconds % kept == 0)
            .map(|(days, _)| *days)
            .max();
        Self {
            origin: start - start.rem_euclid(round),
            seconds,
            kept_from: now - days.unwrap_or(0) * DAY_SECS,
        }
    }

    /// The slots from the start, rounded, to the end.
    pub fn slots(&self, end: i64) -> Range<Slot> {
        let from = self.origin.max(self.kept_from);
        let ceil = |second: i64| (second + SLOT_SECS - 1).div_euclid(SLOT_SECS);
        ceil(from)..ceil(end).max(ceil(from))
    }

    fn is_plain(&self) -> bool {
        self.seconds == SLOT_SECS && self.origin % SLOT_SECS == 0
    }

    fn begin_of(&self, second: i64) -> i64 {
        second - (second - self.origin).rem_euclid(self.seconds)
    }

    fn keeps(&self, begin: i64) -> bool {
        begin >= self.kept_from
    }
}

struct Bucket {
    begin: i64,
    count: i64,
    sum: f64,
    most: f64,
    least: f64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            begin: i64::MIN,
            count: 0,
            sum: 0.0,
            most: f64::NEG_INFINITY,
            least: f64::INFINITY,
        }
    }
}

impl Bucket {
    fn add(&mut self, value: f64, times: i64) {
        self.count += times;
        self.sum += value * times as f64;
        self.most = self.most.max(value);
        self.least = self.least.min(value);
    }

    fn close(&mut self, statistic: Statistic, periods: &Periods, out: &mut Vec<(i64, f64)>) {
        if self.count > 0 && periods.keeps(self.begin) {
            let value = match statistic {
                Statistic::Average => self.sum / self.count as f64,
                Statistic::Sum => self.sum,
                Statistic::Maximum => self.most,
                Statistic::Minimum => self.least,
                Statistic::SampleCount => self.count as f64,
            };
            out.push((self.begin, value));
        }
        *self = Self::default();
    }
}
