//! How busy a desktop's machine is while its person works: a level by the desktop's id, with a different day each
//! day and a little noise. Some machines are planted with the wrong size. The levels of the three kinds lie far
//! apart, so that there is a truth to find: of the right size are those with 20 to 55 % of the CPU and 35 to 70 %
//! of the memory in use.

use crate::dice::{DesktopId, mix, unit};
use crate::usage::{SLOTS_A_DAY, Slot};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    #[default]
    Right,
    TooLarge,
    TooSmall,
}

/// How well the machine fits its person, and the size it was when that was decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizing {
    planted: Fit,
    size: u8,
}

/// Machines from small to large. Graphics types are no step of this ladder.
const LADDER: &[&str] = &[
    "VALUE",
    "STANDARD",
    "PERFORMANCE",
    "POWER",
    "POWERPRO",
    "GENERALPURPOSE_4XLARGE",
    "GENERALPURPOSE_8XLARGE",
];

const PERFORMANCE: u8 = 2;

fn step(compute: &str) -> Option<u8> {
    let at = LADDER.iter().position(|known| *known == compute)?;
    u8::try_from(at).ok()
}

impl Sizing {
    /// About 6 in 100 desktops of an estate come out too large and 4 too small.
    pub fn plant(id: DesktopId, compute: &str) -> Self {
        let Some(size) = step(compute) else {
            return Self::default();
        };
        let roll = unit(id.salted(0x5123));
        let planted = if size >= PERFORMANCE && roll < 0.19 {
            Fit::TooLarge
        } else if size <= PERFORMANCE && roll > 0.94 {
            Fit::TooSmall
        } else {
            Fit::Right
        };
        Self { planted, size }
    }

    /// A person who got a larger or a smaller machine since then is served well by it.
    pub fn now(self, compute: &str) -> Fit {
        match (self.planted, step(compute)) {
            (Fit::TooLarge, Some(size)) if size >= self.size => Fit::TooLarge,
            (Fit::TooSmall, Some(size)) if size <= self.size => Fit::TooSmall,
            _ => Fit::Right,
        }
    }
}

/// What is measured of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    Cpu,
    Memory,
    RootVolume,
    UserVolume,
    Latency,
    PacketLoss,
}

/// The values of one gauge of one desktop.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    seed: u64,
    base: f64,
    by_day: f64,
    noise: f64,
    /// Added to one value in 40.
    spike: f64,
    least: f64,
    most: f64,
    /// Grown since this day, by so much a day.
    growth: f64,
}

impl Level {
    pub fn of(gauge: Gauge, id: DesktopId, fit: Fit) -> Self {
        let seed = id.salted(0x6A06 + gauge as u64);
        let own = unit(mix(seed, 1));
        let level = |low: f64, high: f64| low + own * (high - low);
        let (base, by_day, noise, spike, least, most) = match (gauge, fit) {
            (Gauge::Cpu, Fit::Right) => (level(26.0, 47.0), 3.0, 8.0, 22.0, 4.0, 79.0),
            (Gauge::Cpu, Fit::TooLarge) => (level(2.5, 4.5), 0.6, 1.5, 9.0, 0.5, 22.0),
            (Gauge::Cpu, Fit::TooSmall) => (level(86.0, 92.0), 1.5, 4.0, 6.0, 78.0, 100.0),
            (Gauge::Memory, Fit::Right) => (level(41.0, 63.0), 2.5, 2.5, 0.0, 30.0, 74.0),
            (Gauge::Memory, Fit::TooLarge) => (level(12.0, 19.0), 1.0, 1.5, 0.0, 8.0, 24.0),
            (Gauge::Memory, Fit::TooSmall) => (level(92.0, 96.0), 0.8, 1.2, 0.0, 88.5, 99.0),
            (Gauge::RootVolume, _) => (level(30.0, 74.0), 0.4, 0.1, 0.0, 5.0, 99.0),
            (Gauge::UserVolume, _) => (level(4.0, 78.0), 0.5, 0.1, 0.0, 1.0, 99.0),
            (Gauge::Latency, _) => (level(18.0, 95.0), 8.0, 12.0, 140.0, 4.0, 600.0),
            (Gauge::PacketLoss, _) => (level(0.0, 0.4), 0.1, 0.1, 2.5, 0.0, 20.0),
        };
        let growth = match gauge {
            Gauge::RootVolume | Gauge::UserVolume => unit(mix(seed, 2)) * 0.012,
            _ => 0.0,
        };
        Self {
            seed,
            base,
            by_day,
            noise,
            spike,
            least,
            most,
            growth,
        }
    }

    /// The value of five minutes, to two decimals.
    pub fn at(&self, slot: Slot) -> f64 {
        let day = slot.div_euclid(SLOTS_A_DAY);
        let roll = mix(self.seed, slot as u64);
        let mut value = self.base
            + self.by_day * centred(mix(self.seed ^ 0xDA1, day as u64))
            + self.noise * centred(roll)
            + self.growth * (day - GROWN_FROM) as f64;
        if roll.is_multiple_of(40) {
            value += self.spike;
        }
        (value.clamp(self.least, self.most) * 100.0).round() / 100.0
    }
}

/// 1 January 2026.
const GROWN_FROM: i64 = 20_454;

/// From -1 to 1.
fn centred(roll: u64) -> f64 {
    unit(roll) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn the_three_kinds_of_machines_lie_far_apart() {
        let mut dice = Dice::new(11);
        for _ in 0..200 {
            let id = DesktopId::roll(&mut dice);
            for fit in [Fit::Right, Fit::TooLarge, Fit::TooSmall] {
                let of = |gauge| {
                    let level = Level::of(gauge, id, fit);
                    let values: Vec<f64> = (5_900_000..5_900_000 + 5 * SLOTS_A_DAY)
                        .map(|slot| level.at(slot))
                        .collect();
                    let peak = values.iter().copied().fold(0.0, f64::max);
                    (values.iter().sum::<f64>() / values.len() as f64, peak)
                };
                let ((cpu, cpu_peak), (memory, memory_peak)) = (of(Gauge::Cpu), of(Gauge::Memory));
                let fits = match fit {
                    Fit::Right => {
                        (20.0..55.0).contains(&cpu)
                            && (35.0..70.0).contains(&memory)
                            && cpu_peak < 80.0
                    }
                    Fit::TooLarge => cpu < 6.0 && cpu_peak < 25.0 && memory_peak < 25.0,
                    Fit::TooSmall => cpu > 80.0 && memory > 88.0,
                };
                assert!(
                    fits,
                    "{fit:?}: cpu {cpu} to {cpu_peak}, memory {memory} to {memory_peak}"
                );
            }
        }
    }

    #[test]
    fn a_machine_that_was_changed_fits() {
        let ids = (0..).map(|n| DesktopId::roll(&mut Dice::new(n)));
        let large = ids.map(|id| Sizing::plant(id, "POWER"));
        let large = large
            .into_iter()
            .find(|sizing| sizing.now("POWER") == Fit::TooLarge)
            .expect("one in five");
        assert_eq!(large.now("POWERPRO"), Fit::TooLarge);
        assert_eq!(large.now("PERFORMANCE"), Fit::Right);
    }
}
