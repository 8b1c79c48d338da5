//! Filters of one field that stand beside each other become one.

use super::clauses::{Parse, Placed};
use super::fields::Field;
use super::query::{Filter, Test};

impl Parse<'_> {
    /// Adds a value; joins it to the one before where the two are a list of values of one field.
    pub(super) fn join(&mut self, new: Placed) {
        let Some(last) = self.filters.last() else {
            self.filters.push(new);
            return;
        };
        let (from, to) = (last.at + 1, new.at);
        let between = self.m.get(from..to.max(from)).unwrap_or_default();
        let or = between.iter().any(|m| m.is_small("or"));
        let and = between
            .iter()
            .any(|m| m.is_small("and") || m.is_small("comma"));
        let near = from <= to
            && between.iter().enumerate().all(|(n, m)| {
                m.soft()
                    || m.is_small("or")
                    || m.is_small("and")
                    || m.is_small("comma")
                    || m.is_small("not")
                    || self.used[from + n] && m.number().is_none() && m.value().is_none()
            });
        let same = last.filter.field().is_some() && last.filter.field() == new.filter.field();
        let valued = |test: &Test| matches!(test, Test::OneOf { .. } | Test::Like { .. });
        let denied_again = between.iter().any(|m| m.is_small("not"));
        if near
            && same
            && (or || and || between.is_empty())
            && valued(&last.filter.test)
            && valued(&new.filter.test)
            && (last.filter.negated == new.filter.negated || last.filter.negated && !denied_again)
        {
            self.both |= and && !or && !last.filter.negated;
            let negated = last.filter.negated;
            let place = new.at;
            let mut old = self.filters.pop().unwrap_or_else(|| new.clone());
            old.filter = merged(old.filter, new.filter, negated);
            old.at = place;
            for taken in from..to {
                self.used[taken] = true;
            }
            self.filters.push(old);
            return;
        }
        if near && or && !same && !last.filter.negated {
            let mut old = self.filters.pop().unwrap_or_else(|| new.clone());
            for taken in from..to {
                if self.m[taken].is_small("or") {
                    self.used[taken] = true;
                }
            }
            old.filter = Filter::new(Test::Any(vec![old.filter, new.filter]));
            old.at = new.at;
            self.filters.push(old);
            return;
        }
        self.filters.push(new);
    }
}

/// A value as a test: `%` makes it a pattern, `|` parts alternatives, a leading `!` is "not".
pub(super) fn valued(field: Field, text: &str, said: &str) -> Filter {
    let (text, negated) = match text.strip_prefix('!') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let test = if text.contains('%') {
        Test::Like {
            field,
            patterns: text.split('|').map(str::to_owned).collect(),
            said: format!("with {} {said}", field.label()),
        }
    } else {
        Test::OneOf {
            field,
            values: vec![text.to_owned()],
        }
    };
    Filter { test, negated }
}

fn merged(left: Filter, right: Filter, negated: bool) -> Filter {
    match (left.test, right.test) {
        (Test::OneOf { field, mut values }, Test::OneOf { values: more, .. }) => {
            for value in more {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Filter {
                test: Test::OneOf { field, values },
                negated,
            }
        }
        (
            Test::Like {
                field,
                mut patterns,
                said,
            },
            Test::Like {
                patterns: more,
                said: also,
                ..
            },
        ) => {
            patterns.extend(more);
            Filter {
                test: Test::Like {
                    field,
                    patterns,
                    said: format!("{said} or {also}"),
                },
                negated,
            }
        }
        (left, right) => Filter {
            test: Test::Any(vec![Filter::new(left), Filter::new(right)]),
            negated,
        },
    }
}
