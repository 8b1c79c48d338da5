//! An understood question in plain words, so that the asker sees what was understood.

use super::fields::{Entity, Field, Kind};
use super::query::{Bucket, By, Comparison, Dimension, Filter, Query, Shape, Test};

pub(super) fn describe(query: &Query) -> String {
    let things = things(query);
    let mut words = match &query.shape {
        Shape::List => things,
        Shape::Count => format!("number of {things}"),
        Shape::CountDistinct(dimension) => {
            format!(
                "number of different {} of {things}",
                plural(&noun(dimension))
            )
        }
        Shape::Distinct(dimensions) => {
            let nouns: Vec<String> = dimensions.iter().map(|d| plural(&noun(d))).collect();
            format!("different {} of {things}", nouns.join(" and "))
        }
        Shape::Total(field) => format!("total {} of {things}", field.label()),
        Shape::Average(field) => format!("average {} of {things}", field.label()),
        Shape::Lowest(field) if field.is_time() => format!("first {} of {things}", field.label()),
        Shape::Highest(field) if field.is_time() => {
            format!("latest {} of {things}", field.label())
        }
        Shape::Range(field) if field.is_time() => {
            format!("first and latest {} of {things}", field.label())
        }
        Shape::Range(field) => format!("lowest and highest {} of {things}", field.label()),
        Shape::Lowest(field) => format!("lowest {} of {things}", field.label()),
        Shape::Highest(field) => format!("highest {} of {things}", field.label()),
        Shape::Share(part) => format!("share of {things} that are {}", joined(part)),
        Shape::Split => format!("number and share of {things}"),
        Shape::Difference { of, sides, ratio } => {
            let what = of.map_or(String::new(), |field| format!("{} of ", field.label()));
            format!(
                "{} of {what}{things} {} and {}",
                if *ratio { "ratio" } else { "difference" },
                filter_words(&sides[0]),
                filter_words(&sides[1])
            )
        }
        Shape::Each(dimension, _) => {
            format!("average number of {things} per {}", noun(dimension))
        }
    };
    if !query.groups.is_empty() {
        let nouns: Vec<String> = query.groups.iter().map(noun).collect();
        words.push_str(&format!(", by {}", nouns.join(" and ")));
    }
    if let Some((comparison, value)) = query.having {
        words.push_str(&format!(", {} {}", comparing(comparison), plain(value)));
    }
    if !query.show.is_empty() {
        let nouns: Vec<String> = query.show.iter().map(noun).collect();
        words.push_str(&format!(", with {}", nouns.join(" and ")));
    }
    if let Some(order) = query.order {
        words.push_str(&match order.by {
            By::Measure if order.descending => ", most first".to_owned(),
            By::Measure => ", fewest first".to_owned(),
            By::Groups => String::new(),
            By::Field(field) => format!(
                ", by {}{}",
                field.label(),
                match (field.is_time(), order.descending) {
                    (true, true) => ", newest first",
                    (true, false) => ", oldest first",
                    (false, true) => ", highest first",
                    (false, false) => ", lowest first",
                }
            ),
        });
    }
    if let Some(limit) = query.limit {
        words.push_str(&format!(", the first {limit}"));
    }
    words
}

fn things(query: &Query) -> String {
    let mut words = query.entity.words().1.to_owned();
    let said = joined(&query.filters);
    if !said.is_empty() {
        words.push(' ');
        words.push_str(&said);
    }
    words
}

fn joined(filters: &[Filter]) -> String {
    let said: Vec<String> = filters.iter().map(filter_words).collect();
    said.join(", ")
}

/// What a dimension is called.
pub(super) fn noun(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Field(field) => field.label().to_owned(),
        Dimension::Tag(key) => format!("tag {key}"),
        Dimension::Time(field, bucket) => {
            let bucket = match bucket {
                Bucket::Hour => "hour",
                Bucket::Day => "day",
                Bucket::Week => "week",
                Bucket::Month => "month",
                Bucket::Year => "year",
            };
            format!("{bucket} of {}", field.label())
        }
        Dimension::Sides(sides) => {
            let said: Vec<String> = sides.iter().map(filter_words).collect();
            said.join(" or ")
        }
    }
}

/// A short name of what a filter lets through, where it has one that is made of names in the data
/// and of this room's own words.
pub(super) fn side_name(filter: &Filter) -> Option<String> {
    let name = match &filter.test {
        Test::OneOf { values, .. } => values.join(" or "),
        Test::Tagged { key, values } if !values.is_empty() => {
            format!(
                "{} = {}",
                key.as_deref().unwrap_or("tag"),
                values.join(" or ")
            )
        }
        Test::Like { patterns, .. } => {
            let plain: Vec<String> = patterns
                .iter()
                .map(|pattern| pattern.replace('%', "").replace('_', " "))
                .collect();
            plain.join(" or ")
        }
        Test::Time { from, to, .. } => match (from, to) {
            (Some(from), Some(to)) if to.plus_seconds(-1).day() == from.day() => from.day(),
            (Some(from), Some(to)) => {
                format!("{} to {}", from.day(), to.plus_seconds(-1).day())
            }
            (Some(from), None) => format!("since {}", from.day()),
            (None, Some(to)) => format!("before {}", to.day()),
            (None, None) => return None,
        },
        Test::Absent(_) | Test::Flag(_) => return Some(filter_words(filter)),
        _ => return None,
    };
    Some(if filter.negated {
        format!("not {name}")
    } else {
        name
    })
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if noun.ends_with('s') => noun.to_owned(),
        _ => format!("{noun}s"),
    }
}

fn plain(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}

fn comparing(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => "more than",
        Comparison::AtLeast => "at least",
        Comparison::Below => "less than",
        Comparison::AtMost => "at most",
        Comparison::Equal => "exactly",
        Comparison::Between => "from",
    }
}

/// A filter as it stands behind the noun.
pub(super) fn filter_words(filter: &Filter) -> String {
    let not = if filter.negated { "not " } else { "" };
    match &filter.test {
        Test::OneOf { field, values } => {
            let values = values.join(" or ");
            let before = match field {
                Field::OrganizationName => "of",
                Field::AccountName | Field::AccountId => "in account",
                Field::Region => "in",
                Field::UserName => "of user",
                Field::OperatingSystem | Field::RunningMode => "on",
                Field::WorkspaceId | Field::ResourceId => "with id",
                other => return format!("{not}with {} {values}", other.label()),
            };
            format!("{not}{before} {values}")
        }
        Test::Like { said, .. } => format!("{not}{said}"),
        Test::Absent(Field::ClosedAt) if filter.negated => "that are closed".into(),
        Test::Absent(Field::ClosedAt) => "that are open".into(),
        Test::Absent(Field::LastConnectedAt) if filter.negated => "ever connected to".into(),
        Test::Absent(Field::LastConnectedAt) => "never connected to".into(),
        Test::Absent(Field::DeletedAt) if filter.negated => "that were deleted".into(),
        Test::Absent(Field::TerminatedAt) if filter.negated => "that were terminated".into(),
        Test::Absent(Field::MissingSince) if filter.negated => "that are missing".into(),
        Test::Absent(field) => {
            let word = if filter.negated { "with" } else { "without" };
            format!("{word} {}", field.label())
        }
        Test::Flag(Field::Enabled) if filter.negated => "that are disabled".into(),
        Test::Flag(field) => format!(
            "with {} {}",
            field.label(),
            if filter.negated { "no" } else { "yes" }
        ),
        Test::Number {
            field,
            comparison,
            value,
            upto,
        } => {
            let unit = match field.kind() {
                Kind::Number(unit) => unit,
                _ => "",
            };
            match upto {
                Some(upto) => format!(
                    "{not}with {} from {} to {} {unit}",
                    field.label(),
                    plain(*value),
                    plain(*upto)
                ),
                None => format!(
                    "{not}with {} {} {} {unit}",
                    field.label(),
                    comparing(*comparison),
                    plain(*value)
                ),
            }
        }
        Test::Time { said, .. } => format!("{not}{said}"),
        Test::Tagged { key, values } => {
            let word = if filter.negated { "without" } else { "with" };
            match (key, values.is_empty()) {
                (None, true) => format!("{word} any tag"),
                (Some(key), true) => format!("{word} tag {key}"),
                (Some(key), false) => format!("{word} tag {key} = {}", values.join(" or ")),
                (None, false) => format!("{word} a tag of value {}", values.join(" or ")),
            }
        }
        Test::Any(parts) => {
            let said: Vec<String> = parts.iter().map(filter_words).collect();
            format!("{not}{}", said.join(" or "))
        }
        Test::All(parts) => format!("{not}{}", joined(parts)),
        Test::LastRun { finished, .. } => {
            let which = if *finished { "last finished" } else { "last" };
            format!("{not}of the {which} run")
        }
        Test::Fields {
            left,
            comparison,
            right,
        } => format!(
            "{not}with {} {} {}",
            left.label(),
            comparing(*comparison),
            right.label()
        ),
        Test::Has { entity, filters } => {
            let word = if filter.negated { "without" } else { "with" };
            let rest = joined(filters);
            let space = if rest.is_empty() { "" } else { " " };
            format!("{word} {}{space}{rest}", entity_many(*entity))
        }
    }
}

fn entity_many(entity: Entity) -> &'static str {
    entity.words().1
}
