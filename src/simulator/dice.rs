//! Reproducible randomness (SplitMix64) and the identifiers made from it. Own code rather than a crate's generator,
//! because a seed must give the same world in every later version.

#[derive(Clone, Debug)]
pub struct Dice(u64);

/// One well-mixed number from two; the stateless half of the generator.
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_add(b.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a: stable across versions, unlike the standard hasher.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A number in 0..1 out of a well-mixed one.
pub fn unit(n: u64) -> f64 {
    (n >> 11) as f64 / (1u64 << 53) as f64
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed, 0x5157))
    }

    /// Independent dice for one part of the world, so that changing another part leaves it alone.
    pub fn fork(&self, label: &str) -> Self {
        Self(mix(self.0, hash(label)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0, 0)
    }

    /// 0..n; n must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        unit(self.next()) < probability
    }

    /// Picks by weight; the weights must not all be 0.
    pub fn weighted<'a, T>(&mut self, from: &'a [(u32, T)]) -> &'a T {
        let total: u32 = from.iter().map(|(w, _)| w).sum();
        let mut at = (self.next() % u64::from(total.max(1))) as u32;
        for (weight, item) in from {
            if at < *weight {
                return item;
            }
            at -= weight;
        }
        &from[0].1
    }

    pub fn hex(&mut self, digits: usize) -> String {
        self.text(digits, b"0123456789abcdef")
    }

    /// Lower-case letters and digits, as in `ws-…` and `wsb-…`.
    pub fn base36(&mut self, digits: usize) -> String {
        self.text(digits, BASE36)
    }

    pub fn upper36(&mut self, digits: usize) -> String {
        self.base36(digits).to_ascii_uppercase()
    }

    /// Twelve digits that do not start with 0.
    pub fn account_id(&mut self) -> String {
        (100_000_000_000 + self.next() % 900_000_000_000).to_string()
    }

    fn text(&mut self, digits: usize, alphabet: &[u8]) -> String {
        (0..digits)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }
}

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The nine characters after `ws-`, kept as a number: ordered as the text is, and an eighth of its size in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DesktopId(u64);

impl DesktopId {
    const SPACE: u64 = 36u64.pow(9);

    pub fn roll(dice: &mut Dice) -> Self {
        Self(dice.next() % Self::SPACE)
    }

    /// For what is told from the id alone, with a salt of its own for each purpose.
    pub fn salted(self, salt: u64) -> u64 {
        mix(self.0, salt)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("ws-").filter(|rest| rest.len() == 9)?;
        rest.bytes()
            .try_fold(0u64, |n, byte| {
                let digit = BASE36.iter().position(|known| *known == byte)?;
                Some(n * 36 + digit as u64)
            })
            .map(Self)
    }
}

impl std::fmt::Display for DesktopId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut digits = [b'0'; 9];
        let mut left = self.0;
        for place in digits.iter_mut().rev() {
            *place = BASE36[(left % 36) as usize];
            left /= 36;
        }
        f.write_str("ws-")?;
        digits
            .iter()
            .try_for_each(|digit| std::fmt::Write::write_char(f, char::from(*digit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desktop_ids_read_back_and_sort_like_their_text() {
        let mut dice = Dice::new(3);
        let mut ids: Vec<DesktopId> = (0..200).map(|_| DesktopId::roll(&mut dice)).collect();
        ids.sort();
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut sorted = texts.clone();
        sorted.sort();
        assert_eq!(texts, sorted);
        for (id, text) in ids.iter().zip(&texts) {
            assert_eq!(DesktopId::parse(text), Some(*id));
        }
        assert_eq!(DesktopId::parse("ws-short"), None);
        assert_eq!(DesktopId::parse("ws-ABCDEFGHI"), None);
    }

    #[test]
    fn the_same_seed_rolls_the_same_numbers() {
        let roll = |seed| Dice::new(seed).fork("x").hex(32);
        assert_eq!(roll(1), roll(1));
        assert_ne!(roll(1), roll(2));
    }
}
