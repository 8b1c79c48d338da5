//! What the rest of a month will look like: the hours of the last eight weeks by weekday.

use domain::usage::{Month, SLOTS_A_DAY, Slot, Watched, weekday_of};

/// Weeks that are looked back on.
const WEEKS: u32 = 8;

/// Hours that AUTO_STOP will bill from `now` to the month's end, and how many of the weekdays were seen
/// often enough to say so (0 to 1).
#[must_use]
pub fn rest_of_month(all: &Watched, timeout_hours: u32, month: Month, now: Slot) -> (f64, f64) {
    let by_weekday = weekday_hours(all, timeout_hours, now);
    let end = month.slots().end;
    let (mut hours, mut sure, mut days) = (0.0, 0.0, 0.0);
    let mut at = now;
    while at < end {
        let next = ((at / SLOTS_A_DAY + 1) * SLOTS_A_DAY).min(end);
        let part = f64::from(next - at) / f64::from(SLOTS_A_DAY);
        let (mean, seen) = by_weekday[weekday_of(at) as usize];
        hours += mean * part;
        sure += part * f64::from(seen.min(4)) / 4.0;
        days += part;
        at = next;
    }
    (hours, if days > 0.0 { sure / days } else { 1.0 })
}

/// The mean billed hours of each weekday, and on how many such days it rests.
fn weekday_hours(all: &Watched, timeout_hours: u32, now: Slot) -> [(f64, u32); 7] {
    let mut sums = [(0.0, 0u32); 7];
    let today = now / SLOTS_A_DAY * SLOTS_A_DAY;
    for back in 1..=WEEKS * 7 {
        let Some(start) = today.checked_sub(back * SLOTS_A_DAY) else {
            break;
        };
        let day = start..start + SLOTS_A_DAY;
        // Half a day that is known is a day that was seen.
        if all.known.within(&day).count() < SLOTS_A_DAY / 2 {
            continue;
        }
        let (sum, seen) = &mut sums[weekday_of(start) as usize];
        *sum += f64::from(all.billed_hours(timeout_hours, &day, now));
        *seen += 1;
    }
    sums.map(|(sum, seen)| (if seen > 0 { sum / f64::from(seen) } else { 0.0 }, seen))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use domain::usage::{SLOTS_AN_HOUR, Spans, slot_of};

    #[test]
    fn weekdays_carry_their_hours_and_weekends_none() {
        let monday = slot_of("2026-09-07".parse().unwrap());
        let connected = (0..60u32)
            .map(|day| monday + day * SLOTS_A_DAY + 9 * SLOTS_AN_HOUR)
            .filter(|start| weekday_of(*start) < 5)
            .map(|start| start..start + 8 * SLOTS_AN_HOUR);
        let all = Watched {
            known: Spans::of([monday..monday + 60 * SLOTS_A_DAY]),
            connected: Spans::of(connected),
        };
        let now = slot_of("2026-11-02".parse().unwrap());
        let (hours, sure) = rest_of_month(&all, 1, "2026-11".parse().unwrap(), now);
        // 21 working days are left, of 8 hours and the timeout.
        assert!((hours - 21.0 * 9.0).abs() < 0.01, "{hours}");
        assert!(sure > 0.9);
        let (_, unsure) = rest_of_month(&Watched::default(), 1, "2026-11".parse().unwrap(), now);
        assert!(unsure < 0.01);
    }
}
