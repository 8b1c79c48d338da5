//! What is said of the two volumes of a desktop: which of them are encrypted, and which is larger.

use super::clauses::Parse;
use super::fields::{Field, Kind};
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
        for near in behind.into_iter().chain(before) {
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
        let test = |flag: &Field| Filter {
            test: Test::Flag(*flag),
            negated: not,
        };
        // "neither volume is encrypted", "no volume encrypted", "both volumes unencrypted"
        let denied = self.volumes_denied(at);
        let both = self.m[at.saturating_sub(5)..self.m.len().min(at + 4)]
            .iter()
            .any(|m| m.text.starts_with("both"));
        let neither = denied || not && both;
        match which.as_slice() {
            [one] => test(one),
            _ if neither => Filter::new(Test::All(
                [Field::RootEncrypted, Field::UserEncrypted]
                    .iter()
                    .map(|flag| Filter::not(Test::Flag(*flag)))
                    .collect(),
            )),
            _ if not => {
                if which.is_empty() {
                    self.note(
                        "Unencrypted means that the root or the user volume is not encrypted.",
                    );
                }
                Filter::new(Test::Any(
                    [Field::RootEncrypted, Field::UserEncrypted]
                        .iter()
                        .map(test)
                        .collect(),
                ))
            }
            _ => {
                if which.is_empty() {
                    self.note(
                        "Encrypted means that both the root and the user volume are encrypted.",
                    );
                }
                Filter::new(Test::All(
                    [Field::RootEncrypted, Field::UserEncrypted]
                        .iter()
                        .map(test)
                        .collect(),
                ))
            }
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
