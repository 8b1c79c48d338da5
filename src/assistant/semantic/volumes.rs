//! What is said of the two volumes of a desktop: which of them are encrypted, and which is larger.

use super::clauses::Parse;
use super::fields::{Field, Kind};
use super::mentions::Mention;
use super::query::{Comparison, Filter, Test};

impl Parse<'_> {
    /// "whose user disk is bigger than the root disk": one column of a row against another.
    pub(super) fn columns_compared(&mut self) {
        for at in 0..self.m.len() {
            let Some(comparison) = self.m[at].compare() else {
                continue;
            };
            if self.used[at] || comparison == Comparison::Between {
                continue;
            }
            let number = |place: usize| {
                let field = self.field_at(place)?;
                (!self.used[place] && matches!(field.kind(), Kind::Number(_)))
                    .then_some((place, field))
            };
            let behind = self.next(at).and_then(number);
            let before = self.previous(at).and_then(number);
            // "a bigger user disk than root disk"
            let than = behind
                .and_then(|(place, _)| {
                    (place + 1..self.m.len())
                        .find(|next| !self.m[*next].soft() || self.m[*next].is_small("than"))
                })
                .filter(|next| self.m[*next].is_small("than"));
            let pair = match (before, behind, than) {
                (_, Some(left), Some(than)) => {
                    self.next(than).and_then(number).map(|right| (left, right))
                }
                (Some(left), Some(right), None) => Some((left, right)),
                _ => None,
            };
            let Some(((left_at, left), (right_at, right))) = pair else {
                continue;
            };
            if left.unit() != right.unit() || left == right {
                continue;
            }
            for taken in [left_at, right_at].into_iter().chain(than) {
                self.used[taken] = true;
            }
            let negated = self.negated(at.min(left_at));
            self.add(
                at,
                Filter {
                    test: Test::Fields {
                        left,
                        comparison,
                        right,
                    },
                    negated,
                },
            );
        }
    }

    /// "unencrypted root volumes", "volumes that are not encrypted", "no encryption".
    pub(super) fn encryption(&mut self, not: bool, at: usize) -> Filter {
        let mut which = Vec::new();
        // Outwards from the word, as far as the row's own noun or anything else that counts.
        let stops = |near: &usize| {
            let m = &self.m[*near];
            m.entity().is_some()
                || m.number().is_some()
                || m.is_small("by")
                || m.value().is_some()
                || is_encryption(m)
                || self.used[*near]
                || m.is_cue("count")
                || m.time().is_some()
        };
        let before: Vec<usize> = (at.saturating_sub(6)..at)
            .rev()
            .take_while(|near| !stops(near))
            .collect();
        let behind: Vec<usize> = (at + 1..(at + 6).min(self.m.len()))
            .take_while(|near| !stops(near))
            .collect();
        let nearest: Vec<usize> = if self.m.iter().filter(|m| is_encryption(m)).count() > 1 {
            // "an encrypted root and an unencrypted user volume": each is said of its own volume.
            let volume = |near: &&usize| {
                matches!(
                    self.m[**near].fields().first(),
                    Some(Field::RootVolume | Field::UserVolume)
                )
            };
            let own = before.iter().find(volume).or(behind.iter().find(volume));
            own.copied().into_iter().collect()
        } else {
            behind.into_iter().chain(before).collect()
        };
        for near in nearest {
            let fields = self.m[near].fields();
            for (volume, flag) in [
                (Field::RootVolume, Field::RootEncrypted),
                (Field::UserVolume, Field::UserEncrypted),
            ] {
                if fields.first() == Some(&volume) && !which.contains(&flag) {
                    which.push(flag);
                    self.used[near] = true;
                }
            }
            if fields.first() == Some(&Field::Storage) && self.m[near].unit().is_none() {
                self.used[near] = true;
            }
        }
        if which.is_empty() {
            which.extend(self.volume_measured(at));
        }
        // "neither volume is encrypted", "no volume encrypted", "both volumes unencrypted"
        let denied = self.volumes_denied(at);
        let said_both = self.m[at.saturating_sub(5)..self.m.len().min(at + 4)]
            .iter()
            .any(|m| m.text.starts_with("both"));
        let neither = denied || not && said_both;
        let test = |flag: Field, negated: bool| Filter {
            test: Test::Flag(flag),
            negated,
        };
        let each = |negated| {
            [Field::RootEncrypted, Field::UserEncrypted]
                .map(|flag| test(flag, negated))
                .to_vec()
        };
        let (both, note) = match which.as_slice() {
            [one] => return test(*one, not),
            _ if neither => return Filter::new(Test::All(each(true))),
            _ if not => (
                Test::Any(each(true)),
                "Unencrypted means that the root or the user volume is not encrypted.",
            ),
            _ => (
                Test::All(each(false)),
                "Encrypted means that both the root and the user volume are encrypted.",
            ),
        };
        if which.is_empty() {
            self.note(note);
        }
        Filter::new(both)
    }

    /// "whose user disk is bigger than 100 GB and not encrypted": the volume that a threshold took.
    fn volume_measured(&self, at: usize) -> Option<Field> {
        let from = (0..at).rev().find(|back| {
            let m = &self.m[*back];
            !m.fields().is_empty() && m.unit().is_none()
                || m.entity().is_some()
                || m.is_small("comma")
        })?;
        match self.m[from].fields().first()? {
            Field::RootVolume => Some(Field::RootEncrypted),
            Field::UserVolume => Some(Field::UserEncrypted),
            _ => None,
        }
    }

    /// Takes a "neither", or a "no" before volumes, that denies the encryption of each.
    fn volumes_denied(&mut self, at: usize) -> bool {
        let found = (at.saturating_sub(5)..self.m.len().min(at + 4)).find(|near| {
            let m = &self.m[*near];
            m.text == "neither"
                || m.is_small("not")
                    && *near < at
                    && (near + 1..at)
                        .any(|between| self.m[between].fields().first() == Some(&Field::Storage))
        });
        let Some(found) = found else { return false };
        self.used[found] = true;
        for nor in found..self.m.len().min(found + 6) {
            if self.m[nor].text == "nor" {
                self.used[nor] = true;
            }
        }
        true
    }
}

fn is_encryption(mention: &Mention) -> bool {
    matches!(mention.property(), Some("encrypted" | "unencrypted"))
}
