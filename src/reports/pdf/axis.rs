//! The scale of a chart: round numbers around the values, and where a value stands among them.

use serde::Serialize;

use crate::cell;

/// A chart has about this many steps.
const STEPS: f64 = 5.0;

#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

/// A line across the chart with its number; `at` is 0 at the bottom and 1 at the top.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tick {
    pub at: f64,
    pub text: String,
}

impl Axis {
    /// From zero, or from below it, to a round number that is not less than any value.
    pub fn over(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high, mut whole) = (0.0_f64, 0.0_f64, true);
        for value in values {
            low = low.min(value);
            high = high.max(value);
            whole &= value.fract() == 0.0;
        }
        if low == 0.0 && high == 0.0 {
            high = 1.0;
        }
        let mut step = round_step((high - low) / STEPS);
        if whole {
            step = step.max(1.0);
        }
        Self {
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            step,
        }
    }

    pub fn at(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    pub fn ticks(&self, unit: &str) -> Vec<Tick> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        let digits = digits(self.step);
        (0..=count)
            .map(|index| {
                let value = self.low + index as f64 * self.step;
                Tick {
                    at: self.at(value),
                    text: amount(value, digits, unit),
                }
            })
            .collect()
    }
}

/// A value of a chart as text: dollars with their sign, everything else bare.
pub fn amount(value: f64, digits: usize, unit: &str) -> String {
    let text = cell::decimal(value, digits);
    match (unit, text.strip_prefix('-')) {
        ("USD", Some(positive)) => format!("-${positive}"),
        ("USD", None) => format!("${text}"),
        _ => text,
    }
}

/// The digits after the point that tell one step from the next.
fn digits(step: f64) -> usize {
    (0..6)
        .find(|digits| {
            let scaled = step * 10_f64.powi(*digits);
            (scaled - scaled.round()).abs() < 1e-9 * scaled.abs().max(1.0)
        })
        .map_or(6, |digits| digits as usize)
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .find(|step| step * power >= rough * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], unit: &str) -> Vec<String> {
        let axis = Axis::over(values.iter().copied());
        axis.ticks(unit).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn scales_are_round_and_hold_every_value() {
        assert_eq!(
            texts(&[4.0, 9.0], "desktops"),
            ["0", "2", "4", "6", "8", "10"]
        );
        assert_eq!(texts(&[1.0], "desktops"), ["0", "1"]);
        assert_eq!(
            texts(&[0.3, 0.61], "hours"),
            ["0.0", "0.2", "0.4", "0.6", "0.8"]
        );
        assert_eq!(
            texts(&[12_310.5, 9_000.0], "USD"),
            ["$0", "$2,500", "$5,000", "$7,500", "$10,000", "$12,500"]
        );
        assert_eq!(
            texts(&[-30.0, 50.0], "USD"),
            ["-$40", "-$20", "$0", "$20", "$40", "$60"]
        );
        assert_eq!(texts(&[], "hours"), ["0", "1"]);
        let axis = Axis::over([40.0, 100.0].into_iter());
        assert_eq!(
            (axis.at(0.0), axis.at(40.0), axis.at(100.0)),
            (0.0, 0.4, 1.0)
        );
    }
}
