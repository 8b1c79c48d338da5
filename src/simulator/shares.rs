//! How many desktops each account and each of its regions gets. The parts always add up to the whole.

use std::sync::Arc;

use crate::config::SimulatorConfig;
use crate::dice::Dice;

/// A few large clients and many small ones; the parts add up to the whole.
pub fn sizes(config: &SimulatorConfig, dice: &mut Dice) -> Vec<usize> {
    let mut weights: Vec<f64> = (0..config.accounts)
        .map(|rank| (0.7 + 0.6 * crate::dice::unit(dice.next())) / (rank as f64 + 1.5))
        .collect();
    // Alphabetical order of names must not be order of size.
    for at in (1..weights.len()).rev() {
        weights.swap(at, dice.below(at + 1));
    }
    apportion(config.desktops, &weights)
}

/// Whole numbers in proportion to the weights that add up to the total.
fn apportion(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let mut parts: Vec<usize> = weights
        .iter()
        .map(|w| (total as f64 * w / sum) as usize)
        .collect();
    let count = parts.len();
    let rest = total - parts.iter().sum::<usize>().min(total);
    for extra in 0..if count == 0 { 0 } else { rest } {
        parts[extra % count] += 1;
    }
    parts
}

/// Small clients stay in one region, the others have a main one and up to two more.
pub fn spread(desktops: usize, regions: &[Arc<str>], dice: &mut Dice) -> Vec<(Arc<str>, usize)> {
    if regions.is_empty() || desktops == 0 {
        return Vec::new();
    }
    let used = if desktops < 12 {
        1
    } else {
        dice.between(1, 3).max(if desktops >= 100 { 2 } else { 1 })
    };
    let first = dice.below(regions.len());
    let used = used.min(regions.len());
    let weights: Vec<f64> = [6.0, 3.0, 1.0][..used].to_vec();
    let chosen = (0..used).map(|n| regions[(first + n) % regions.len()].clone());
    chosen
        .zip(apportion(desktops, &weights))
        .filter(|(_, share)| *share > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_their_weights_and_add_up() {
        assert_eq!(apportion(10, &[6.0, 3.0, 1.0]), [6, 3, 1]);
        assert_eq!(apportion(1, &[1.0, 1.0, 1.0]), [1, 0, 0]);
        assert_eq!(apportion(5, &[]), Vec::<usize>::new());
        for total in 0..50 {
            assert_eq!(
                apportion(total, &[0.3, 0.2, 0.9, 0.1])
                    .iter()
                    .sum::<usize>(),
                total
            );
        }
    }
}
