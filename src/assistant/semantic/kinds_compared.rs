//! Kinds of question that set things side by side: what is compared, and by how much it differs.

use super::compose::Composer;
use super::fields::Field;
use super::label::side_name;
use super::pieces::Subject;
use super::query::{Bucket, Dimension, Filter, Query, Shape, Test};

/// What is compared: values of one thing that rows share, or filters.
struct Sides {
    group: Dimension,
    each: Vec<Filter>,
    /// Which filters of the question these are.
    from: Vec<usize>,
}

impl Composer<'_, '_> {
    pub(super) fn compare(&mut self) -> Option<Query> {
        let cued = self.cue("compare");
        let more = (0..self.used.len()).find(|at| {
            !self.used[*at]
                && (self.parse.m[*at].is_cue("more")
                    || matches!(
                        self.parse.m[*at].text.as_str(),
                        "fewer" | "more" | "fewer than" | "less" | "more than" | "less than"
                    ))
        });
        if !cued && (more.is_none() || !self.pieces.groups.is_empty()) {
            return None;
        }
        if let Some(more) = more {
            self.take(more);
        }
        let sides = self.sides()?;
        let shape = match self.one_measure() {
            None if self.pieces.measures.is_empty() => Shape::Count,
            None => return None,
            Some(measure) if self.cue("average") => Shape::Average(measure),
            Some(measure) => Shape::Total(measure),
        };
        let mut extra = None;
        match &self.pieces.subject {
            Some(Subject::Shared(at, _)) if self.parse.m[*at].is_cue("who") => {
                self.shared();
            }
            // "running mode mix of Acme against Globex"
            Some(Subject::Shared(..)) if self.breakdown() && shape == Shape::Count => {
                extra = self.shared();
            }
            _ if !self.rows() => return None,
            _ => {}
        }
        self.beside();
        let mut query = self.new_query(shape);
        query.groups = vec![sides.group];
        query.groups.extend(self.groups());
        query.groups.extend(extra);
        query.filters.push(either(sides.each));
        self.replaced = sides.from;
        Some(query)
    }

    /// "how many more has Acme than Globex", "October minus September".
    pub(super) fn difference(&mut self) -> Option<Query> {
        // "the ratio of running to stopped desktops"
        let ratio = (0..self.used.len())
            .find(|at| !self.used[*at] && self.parse.m[*at].text.starts_with("ratio"));
        // "how many fewer has Acme than Globex": what Globex has more.
        let fewer = self.parse.m.iter().any(|m| {
            m.is_cue("difference") && (m.text.ends_with("fewer") || m.text.ends_with("less"))
        });
        if !self.cue("difference") && ratio.is_none() {
            return None;
        }
        if let Some(ratio) = ratio {
            self.take(ratio);
        }
        self.cue("compare");
        self.cue("more");
        let sides = self.sides()?;
        let of = match self.one_measure() {
            None if self.pieces.measures.is_empty() => None,
            Some(measure) if matches!(measure.unit(), Some("GiB" | "calls" | "rows")) => {
                Some(measure)
            }
            _ => return None,
        };
        if self.parse.m.iter().any(|m| m.is_cue("average")) || !self.rows() {
            return None;
        }
        self.beside();
        let mut each: [Filter; 2] = sides.each.try_into().ok()?;
        if fewer {
            each.reverse();
        }
        let mut query = self.new_query(Shape::Difference {
            of,
            sides: Box::new(each),
            ratio: ratio.is_some(),
        });
        query.groups = self.groups();
        self.replaced = sides.from;
        Some(query)
    }

    /// Takes the words that only join what is compared.
    fn beside(&mut self) {
        for name in ["count", "exists", "list", "which", "total", "who", "trend"] {
            self.cue(name);
        }
        for at in 0..self.used.len() {
            let m = &self.parse.m[at];
            if m.is_small("or") || m.is_small("by") || m.text == "between" {
                self.take(at);
            }
        }
        let group = self
            .parse
            .filters
            .iter()
            .filter_map(|placed| placed.filter.field());
        let groups: Vec<Dimension> = group.map(Dimension::Field).collect();
        self.creations(&groups);
        self.plain_verbs();
    }

    fn sides(&self) -> Option<Sides> {
        self.values_compared()
            .or_else(|| self.tags_compared())
            .or_else(|| self.filters_compared())
    }

    /// Values of one field: Acme and Globex.
    fn values_compared(&self) -> Option<Sides> {
        let mut merged: Option<(Field, Vec<String>)> = None;
        for placed in &self.parse.filters {
            if let Test::OneOf { field, values } = &placed.filter.test
                && !placed.filter.negated
            {
                match &mut merged {
                    Some((known, all)) if known == field => all.extend(values.iter().cloned()),
                    Some((_, all)) if all.len() > 1 => {}
                    _ => merged = Some((*field, values.clone())),
                }
            }
        }
        let (field, mut values) = merged?;
        values.dedup();
        if values.len() < 2 {
            return None;
        }
        Some(Sides {
            group: Dimension::Field(field),
            each: values
                .iter()
                .map(|value| Filter::one(field, value))
                .collect(),
            from: self.filters_where(|filter| {
                !filter.negated
                    && matches!(&filter.test, Test::OneOf { field: known, .. } if *known == field)
            }),
        })
    }

    /// Values of one tag.
    fn tags_compared(&self) -> Option<Sides> {
        let tagged = |filter: &Filter| match &filter.test {
            Test::Tagged {
                key: Some(key),
                values,
            } if !filter.negated && !values.is_empty() => Some((key.clone(), values.clone())),
            _ => None,
        };
        let found: Vec<(String, Vec<String>)> = self
            .parse
            .filters
            .iter()
            .filter_map(|p| tagged(&p.filter))
            .collect();
        let (key, _) = found.first()?.clone();
        let values: Vec<String> = found
            .iter()
            .filter(|(known, _)| *known == key)
            .flat_map(|(_, values)| values.clone())
            .collect();
        if values.len() < 2 {
            return None;
        }
        let one = |value: &String| {
            Filter::new(Test::Tagged {
                key: Some(key.clone()),
                values: vec![value.clone()],
            })
        };
        Some(Sides {
            group: Dimension::Tag(key.clone()),
            each: values.iter().map(one).collect(),
            from: self
                .filters_where(|filter| tagged(filter).is_some_and(|(known, _)| known == key)),
        })
    }

    /// Two filters on one field: this month and last month, Windows and Linux.
    fn filters_compared(&self) -> Option<Sides> {
        let filters = &self.parse.filters;
        let pair = (1..filters.len()).find_map(|second| {
            let first = (0..second).find(|first| {
                let (one, other) = (&filters[*first].filter, &filters[second].filter);
                one.field().is_some() && one.field() == other.field() && one != other
            })?;
            Some((first, second))
        });
        let (first, second) = pair?;
        let each: Vec<Filter> = [first, second]
            .iter()
            .map(|at| filters[*at].filter.clone())
            .collect();
        let named = each.iter().all(|side| side_name(side).is_some());
        named.then(|| Sides {
            group: self
                .periods_compared(&each)
                .unwrap_or_else(|| Dimension::Sides(each.clone())),
            each,
            from: vec![first, second],
        })
    }

    /// Two months are told by their month, two days by their day.
    fn periods_compared(&self, sides: &[Filter]) -> Option<Dimension> {
        let mut of = None;
        let buckets = sides.iter().map(|side| {
            let Test::Time {
                field,
                from: Some(from),
                to,
                ..
            } = &side.test
            else {
                return None;
            };
            of = Some(*field);
            let day = from.day();
            let midnight = day.parse().ok() == Some(*from);
            let days = to.unwrap_or(self.parse.now).seconds_since(*from) / 86_400;
            match days {
                _ if !midnight => None,
                0..=1 => Some(Bucket::Day),
                _ if day.ends_with("-01-01") && days > 31 => Some(Bucket::Year),
                2..=31 if day.ends_with("-01") => Some(Bucket::Month),
                _ => None,
            }
        });
        let buckets: Vec<Bucket> = buckets.collect::<Option<_>>()?;
        let one = buckets.first()?;
        let same = buckets.iter().all(|bucket| bucket == one);
        same.then_some(Dimension::Time(of?, *one))
    }

    fn filters_where(&self, test: impl Fn(&Filter) -> bool) -> Vec<usize> {
        let filters = self.parse.filters.iter().enumerate();
        filters
            .filter(|(_, placed)| test(&placed.filter))
            .map(|(at, _)| at)
            .collect()
    }
}

/// Rows of any side.
fn either(sides: Vec<Filter>) -> Filter {
    let mut all: Vec<String> = Vec::new();
    let mut of = None;
    for side in &sides {
        match &side.test {
            Test::OneOf { field, values } => {
                of = Some(*field);
                all.extend(values.iter().cloned());
            }
            _ => return Filter::new(Test::Any(sides)),
        }
    }
    match of {
        Some(field) => Filter::new(Test::OneOf { field, values: all }),
        None => Filter::new(Test::Any(sides)),
    }
}
