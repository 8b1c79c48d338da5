//! Follow-ups: "only in eu-west-1", "by month", "just the count". They edit the question before.

use super::clauses::{Choices, Parse};
use super::fields::{Field, Kind};
use super::mentions::{Mention, What};
use super::query::{By, Dimension, Filter, Order, Query, Shape, Test};
use super::read::Context;

/// Words that refer to the rows of the question before.
const REFERRING: &[&str] = &[
    "them", "those", "these", "it", "ones", "they", "same", "that", "the same", "instead", "this",
];

/// The question before with what this one changes, if it is a follow-up and every word has its part.
pub(crate) fn edit(m: &[Mention], previous: &Query, context: Context<'_>) -> Option<Query> {
    if m.len() > 14 || !is_fragment(m, previous) {
        return None;
    }
    let mut parse = Parse::new(
        m,
        previous.entity,
        Choices::default(),
        context.lexicon,
        context.now,
    );
    let mut query = previous.clone();
    query.notes.clear();
    query.now = previous.now;
    let mut changed = whole(&mut parse, &mut query);
    parse.clauses();
    if parse.choices.offered.iter().any(|options| *options > 1) || parse.having.is_some() {
        return None;
    }
    changed |= narrowed(&parse, &mut query);
    let pieces = parse.pieces();
    if !pieces.groups.is_empty() {
        let groups: Vec<Dimension> = pieces
            .groups
            .iter()
            .map(|(_, group)| group.clone())
            .collect();
        let also = m.iter().any(|mention| {
            matches!(
                mention.text.as_str(),
                "also" | "too" | "as well" | "additionally"
            )
        });
        grouped(&mut query, groups, also);
        changed = true;
    }
    changed |= ordered(&mut parse, &mut query, &pieces.measures, pieces.number);
    changed |= shaped(&mut parse, &mut query, m);
    if !changed {
        return None;
    }
    for (at, mention) in m.iter().enumerate() {
        let text = mention.text.as_str();
        let plain = REFERRING.contains(&text)
            || mention.is_cue("which")
            || mention.is_cue("list")
            || mention.is_small("follow")
            || matches!(
                text,
                "only"
                    | "just"
                    | "and"
                    | "but"
                    | "now"
                    | "then"
                    | "again"
                    | "limit"
                    | "limited to"
                    | "restrict"
                    | "restricted"
                    | "narrow"
                    | "narrowed"
                    | "down"
                    | "please"
                    | "ok"
                    | "instead"
                    | "too"
                    | "as"
                    | "rather"
                    | "the"
                    | "filter"
                    | "filtered"
                    | "what about"
                    | "how about"
                    | "keep"
                    | "sort"
                    | "about"
                    | "same"
                    | "group"
            )
            || mention.entity() == Some(previous.entity);
        if plain && mention.what == What::Words {
            parse.used[at] = true;
        }
    }
    if parse.left_over().is_some() {
        return None;
    }
    for note in parse.notes.clone() {
        query.note(note);
    }
    query.intent = format!("{}.follow_up", query.entity.view());
    Some(query)
}

/// A question that cannot stand alone: it names no thing of its own, or refers back.
fn is_fragment(m: &[Mention], previous: &Query) -> bool {
    let refers = m.iter().any(|mention| {
        matches!(
            mention.text.as_str(),
            "them" | "those" | "these" | "ones" | "same" | "the same" | "instead"
        )
    });
    let named = m.iter().any(|mention| {
        mention.entity().is_some_and(|entity| {
            entity == previous.entity
                || !matches!(
                    entity,
                    super::Entity::Organization
                        | super::Entity::Account
                        | super::Entity::Directory
                        | super::Entity::Bundle
                        | super::Entity::Tag
                )
        })
    });
    let asks = m.iter().enumerate().any(|(at, mention)| {
        (mention.is_cue("which") || mention.is_cue("who") || mention.is_cue("when"))
            && at == 0
            && m.len() > 3
            && !mention.text.starts_with("what about")
    });
    refers && m.len() <= 10 || !named && !asks
}

/// "in all regions", "for all clients": takes filters away.
fn whole(parse: &mut Parse<'_>, query: &mut Query) -> bool {
    let mut changed = false;
    for at in 0..parse.m.len() {
        let all = matches!(
            parse.m[at].text.as_str(),
            "all" | "for all" | "across all" | "every" | "any"
        );
        let Some(dimension) = parse.m.get(at + 1).and_then(|_| parse.dimension_at(at + 1)) else {
            continue;
        };
        let Some(field) = dimension.field() else {
            continue;
        };
        if all
            && query
                .filters
                .iter()
                .any(|filter| filter.field() == Some(field))
        {
            query.filters.retain(|filter| filter.field() != Some(field));
            parse.used[at] = true;
            parse.used[at + 1] = true;
            changed = true;
        }
    }
    changed
}

/// New filters replace those on the same field.
fn narrowed(parse: &Parse<'_>, query: &mut Query) -> bool {
    for placed in &parse.filters {
        let new = &placed.filter;
        let field = new.field();
        let also = parse
            .m
            .iter()
            .any(|mention| matches!(mention.text.as_str(), "also" | "too" | "or" | "as well"));
        let old = query
            .filters
            .iter_mut()
            .find(|old| field.is_some() && old.field() == field && old.negated == new.negated);
        match old {
            Some(old) if also => {
                if let (Test::OneOf { values, .. }, Test::OneOf { values: more, .. }) =
                    (&mut old.test, &new.test)
                {
                    values.extend(more.iter().cloned());
                } else {
                    *old = new.clone();
                }
            }
            Some(old) => *old = new.clone(),
            None => query.filters.push(new.clone()),
        }
        // "without the stopped ones" of "stopped desktops" leaves nothing: the new word counts.
        if new.negated {
            query
                .filters
                .retain(|old| old == new || old.negated || !contradicts(old, new));
        }
    }
    !parse.filters.is_empty()
}

fn contradicts(old: &Filter, new: &Filter) -> bool {
    matches!((&old.test, &new.test), (Test::OneOf { field: a, values: x }, Test::OneOf { field: b, values: y }) if a == b && x == y)
}

fn grouped(query: &mut Query, groups: Vec<Dimension>, also: bool) {
    match query.shape {
        Shape::List | Shape::Distinct(_) => {
            query.shape = Shape::Count;
            query.limit = None;
            query.show.clear();
        }
        _ => {}
    }
    if also {
        query.groups.extend(groups);
    } else {
        query.groups = groups;
    }
    query.having = None;
    let time = matches!(query.groups.first(), Some(Dimension::Time(..)));
    query.order = time.then_some(Order {
        by: By::Groups,
        descending: false,
    });
    query.limit = None;
}

/// "top 5", "sort by last connection", "newest first".
fn ordered(
    parse: &mut Parse<'_>,
    query: &mut Query,
    measures: &[(usize, Field)],
    number: Option<(usize, f64)>,
) -> bool {
    let mut changed = false;
    let place = |names: &[&str]| {
        (0..parse.m.len())
            .find(|at| !parse.used[*at] && names.iter().any(|name| parse.m[*at].is_cue(name)))
    };
    let top = place(&["top"]);
    let most = place(&["most", "longest", "newest"]);
    let least = place(&["least", "shortest", "oldest", "bottom"]);
    let first = place(&["first", "last"]);
    if let Some((at, number)) = number
        && number.fract() == 0.0
        && (1.0..=10_000.0).contains(&number)
    {
        parse.used[at] = true;
        query.limit = Some(number as u32);
        if !query.groups.is_empty() && query.order.is_none() {
            query.order = Some(Order {
                by: By::Measure,
                descending: true,
            });
        }
        changed = true;
    }
    for at in [top, most, least, first].into_iter().flatten() {
        if changed || !measures.is_empty() || most.is_some() || least.is_some() {
            parse.used[at] = true;
        }
    }
    if let Some((at, field)) = measures.first().copied() {
        if matches!(query.shape, Shape::List)
            && (top.is_some() || most.is_some() || least.is_some())
        {
            parse.used[at] = true;
            query.order = Some(Order {
                by: By::Field(field),
                descending: least.is_none()
                    && (most.is_some() || matches!(field.kind(), Kind::Number(_))),
            });
            return true;
        }
    } else if (most.is_some() || least.is_some())
        && query.groups.is_empty()
        && matches!(query.shape, Shape::List)
    {
        query.order = Some(Order {
            by: By::Field(query.entity.moment()),
            descending: least.is_none(),
        });
        return true;
    } else if (most.is_some() || least.is_some()) && !query.groups.is_empty() {
        query.order = Some(Order {
            by: By::Measure,
            descending: least.is_none(),
        });
        return true;
    }
    changed
}

/// "just the count", "show them", "with their bundle".
fn shaped(parse: &mut Parse<'_>, query: &mut Query, m: &[Mention]) -> bool {
    let mut changed = false;
    let count = (0..m.len()).find(|at| !parse.used[*at] && m[*at].is_cue("count"));
    if let Some(at) = count {
        parse.used[at] = true;
        if query.shape != Shape::Count || !query.groups.is_empty() {
            query.shape = Shape::Count;
            query.groups.clear();
            query.order = None;
            query.limit = None;
            query.show.clear();
            query.having = None;
        }
        return true;
    }
    let share = (0..m.len()).find(|at| !parse.used[*at] && m[*at].is_cue("share"));
    if let Some(at) = share
        && !query.groups.is_empty()
        && query.shape == Shape::Count
    {
        parse.used[at] = true;
        query.shape = Shape::Split;
        return true;
    }
    let listed = m.iter().any(|mention| {
        mention.is_cue("list") || mention.text == "which ones" || mention.is_cue("which")
    }) && m.iter().any(|mention| {
        REFERRING.contains(&mention.text.as_str())
            || mention.text == "which ones"
            || mention.entity() == Some(query.entity)
    });
    if listed && query.shape != Shape::List && parse.filters.is_empty() {
        query.shape = Shape::List;
        query.groups.clear();
        query.order = None;
        query.having = None;
        changed = true;
    }
    if query.shape == Shape::List {
        let shows = m.iter().any(|mention| {
            mention.is_small("show")
                || mention.is_small("their")
                || mention.is_cue("list")
                || matches!(mention.text.as_str(), "with" | "add" | "include")
        });
        for at in 0..m.len() {
            if parse.used[at] || !shows {
                continue;
            }
            let field = parse
                .field_at(at)
                .map(Dimension::Field)
                .or_else(|| parse.dimension_at(at));
            if let Some(dimension) = field {
                parse.used[at] = true;
                if !query.show.contains(&dimension) {
                    query.show.push(dimension);
                }
                changed = true;
            }
        }
        if changed {
            for (at, mention) in m.iter().enumerate() {
                if matches!(mention.text.as_str(), "add" | "include" | "with" | "also") {
                    parse.used[at] = true;
                }
            }
        }
    }
    changed
}
