//! From mentions to queries: which thing a question is about, the ways it may be read, and what
//! kind of question each of them is.

use domain::UtcTime;

use super::clauses::{Choices, Parse, Placed};
use super::compose::{Composer, KINDS};
use super::fields::{Entity, Field};
use super::lexicon::{Lexicon, Sense};
use super::mentions::{Mention, What};
use super::pieces::Subject;
use super::query::{Filter, Query, Shape, Test};

/// What came of reading a question as one thing with one set of choices.
pub(crate) struct Reading {
    /// By kind of question.
    pub queries: Vec<(&'static str, Query)>,
    pub offered: Vec<usize>,
    pub problem: Option<String>,
    /// The words that the filters left over, for whoever looks into it.
    pub stuck: Vec<String>,
}

/// What reading needs beside the question.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub lexicon: &'a Lexicon,
    pub now: UtcTime,
}

pub(crate) fn read(
    m: &[Mention],
    entity: Entity,
    taken: &[usize],
    context: Context<'_>,
) -> Reading {
    let choices = Choices {
        taken: taken.to_vec(),
        offered: Vec::new(),
    };
    if let Some(reading) = without(m, choices.clone(), context) {
        return reading;
    }
    let mut parse = Parse::new(m, entity, choices, context.lexicon, context.now);
    implied(&mut parse);
    parse.clauses();
    let pieces = parse.pieces();
    let mut queries = Vec::new();
    for kind in KINDS {
        if let Some(query) = Composer::new(&parse, &pieces).build(kind) {
            queries.push((*kind, query));
        }
    }
    let stuck = (0..m.len())
        .filter(|at| !parse.used[*at] && !m[*at].soft())
        .map(|at| m[at].text.clone())
        .collect();
    Reading {
        queries,
        offered: parse.choices.offered,
        problem: parse.problem,
        stuck,
    }
}

/// Filters that the choice of the thing brings with it.
fn implied(parse: &mut Parse<'_>) {
    let any = |entity: Entity| parse.m.iter().position(|m| m.entity() == Some(entity));
    match parse.entity {
        // "changes to desktops" are the versions of desktops.
        Entity::Version => {
            for (noun, resource) in [
                (Entity::Desktop, "workspaces"),
                (Entity::Directory, "directories"),
                (Entity::Bundle, "bundles"),
            ] {
                if let Some(at) = any(noun) {
                    let beside =
                        parse.m.get(at + 1).and_then(Mention::entity) == Some(Entity::Version);
                    let behind = (0..at)
                        .any(|before| parse.m[before].entity() == Some(Entity::Version))
                        && !(at.saturating_sub(2)..at).any(|before| {
                            parse.m[before].is_small("by") && parse.m[before].text != "by"
                        });
                    parse.used[at] = beside || behind;
                    parse.filters.push(Placed {
                        filter: Filter::one(Field::ResourceType, resource),
                        at,
                    });
                }
            }
        }
        // "changed state" names the thing.
        Entity::StateChange => {
            for at in 0..parse.m.len() {
                let state = (at + 1..parse.m.len().min(at + 4))
                    .find(|next| parse.m[*next].fields().first() == Some(&Field::State));
                if let (true, Some(state)) = (parse.m[at].is_verb("change"), state) {
                    parse.used[at] = true;
                    parse.used[state] = true;
                }
            }
        }
        // Why a sync ran stands with its job.
        // "workspaces scopes", "directory syncs" are those of one type.
        Entity::Sync => {
            for (noun, resource) in [
                (Entity::Desktop, "workspaces"),
                (Entity::Directory, "directories"),
                (Entity::Bundle, "bundles"),
            ] {
                let typed = (0..parse.m.len()).find(|at| {
                    let sync = |place: usize| {
                        parse.m.get(place).and_then(Mention::entity) == Some(Entity::Sync)
                    };
                    let kind = parse.m.get(at + 1).is_some_and(|m| m.text == "type");
                    parse.m[*at].entity() == Some(noun) && (sync(at + 1) || kind && sync(at + 2))
                });
                if let Some(at) = typed {
                    parse.used[at] = true;
                    if parse.m[at + 1].text == "type" {
                        parse.used[at + 1] = true;
                    }
                    parse.filters.push(Placed {
                        filter: Filter::one(Field::ResourceType, resource),
                        at,
                    });
                }
            }
        }
        Entity::Job => {
            if let Some(at) = any(Entity::Sync) {
                parse.filters.push(Placed {
                    filter: Filter::one(Field::Kind, "sync"),
                    at,
                });
            }
            for at in 0..parse.m.len() {
                if let Some(value) = parse.m[at].value()
                    && parse.lexicon.values[value].means == Some(Entity::Job)
                {
                    // "sync jobs" names the kind and the thing in one.
                }
            }
        }
        _ => {}
    }
}

/// "clients without desktops in eu-west-1": the rows of one thing by what they lack of another.
fn without(m: &[Mention], choices: Choices, context: Context<'_>) -> Option<Reading> {
    let noun = |at: usize| m[at].entity();
    let between = |next: &usize| {
        m[*next].soft()
            || m[*next].value().is_some()
            || m[*next].property().is_some()
            || matches!(m[*next].what, What::Names { .. })
    };
    let not = (0..m.len()).find(|at| {
        (m[*at].is_small("not") || m[*at].is_small("nobody"))
            && (at + 1..m.len().min(at + 6))
                .find(|next| noun(*next).is_some() || !between(next))
                .and_then(noun)
                .is_some_and(|entity| {
                    matches!(
                        entity,
                        Entity::Desktop
                            | Entity::Sync
                            | Entity::Alert
                            | Entity::Account
                            | Entity::Directory
                            | Entity::Bundle
                            | Entity::StateChange
                    )
                })
    })?;
    let theirs_at = (not + 1..m.len()).find(|next| noun(*next).is_some())?;
    let theirs = noun(theirs_at)?;
    let own_at = (0..not).find(|at| {
        matches!(
            noun(*at),
            Some(
                Entity::Organization
                    | Entity::Account
                    | Entity::Directory
                    | Entity::Bundle
                    | Entity::Desktop
            )
        ) && noun(*at) != Some(theirs)
    })?;
    let own = noun(own_at)?;
    if own == Entity::Desktop && theirs != Entity::StateChange {
        return None;
    }
    // "bundles without desktops, how many are there": what is asked for may stand last.
    let tail = (theirs_at + 1..m.len())
        .find(|at| m[*at].is_cue("count"))
        .unwrap_or(m.len());
    let left = [&m[tail..], &m[..not]].concat();
    let (left, right) = (left.as_slice(), &m[not + 1..tail]);
    let mut inner = Parse::new(right, theirs, choices, context.lexicon, context.now);
    inner.clauses();
    inner.used[theirs_at - not - 1] = true;
    for at in 0..inner.m.len() {
        // "have no desktops using them", "that use it"
        if inner.m[at].is_verb("connect") && inner.m[at].is_small("of") {
            inner.used[at] = true;
        }
    }
    if inner.left_over().is_some() || inner.having.is_some() {
        return None;
    }
    let mut outer = Parse::new(
        left,
        own,
        inner.choices.clone(),
        context.lexicon,
        context.now,
    );
    outer.clauses();
    outer.filters.push(Placed {
        filter: Filter::not(Test::Has {
            entity: theirs,
            filters: inner
                .filters
                .iter()
                .map(|placed| placed.filter.clone())
                .collect(),
        }),
        at: left.len(),
    });
    for note in &inner.notes {
        outer.note(note);
    }
    let pieces = outer.pieces();
    if !matches!(pieces.subject, Some(Subject::Rows(_))) {
        return None;
    }
    let mut queries = Vec::new();
    for kind in ["count", "exists", "list"] {
        if let Some(mut query) = Composer::new(&outer, &pieces).build(kind) {
            query.intent = format!("{}.without", own.view());
            if kind != "list" || query.shape == Shape::List {
                queries.push(("without", query));
                break;
            }
        }
    }
    (!queries.is_empty()).then(|| Reading {
        queries,
        offered: outer.choices.offered,
        problem: None,
        stuck: Vec::new(),
    })
}

/// What of a question nobody understood: the first such word as typed, and whether it stands where
/// a name would.
pub(crate) fn stranger(m: &[Mention]) -> Option<(String, bool)> {
    let at = m.iter().position(|mention| mention.what == What::Unknown)?;
    let mut typed = m[at].typed.clone();
    for next in &m[at + 1..] {
        if next.what != What::Unknown {
            break;
        }
        typed.push(' ');
        typed.push_str(&next.typed);
    }
    let before = at.checked_sub(1).map(|before| &m[before]);
    let preposition = before.is_some_and(|mention| {
        matches!(
            mention.text.as_str(),
            "of" | "for"
                | "at"
                | "from"
                | "belonging to"
                | "belongs to"
                | "owned by"
                | "client"
                | "customer"
                | "account"
                | "called"
                | "named"
                | "does"
                | "do"
                | "s"
                | "about"
                | "company"
                | "user"
                | "assigned to"
                | "organization"
                | "tenant"
                | "under"
                | "against"
                | "has"
                | "with"
                | "to"
                | "by"
        )
    });
    let capital = typed.chars().next().is_some_and(char::is_uppercase) && at > 0;
    let possessive = m
        .get(at + 1)
        .is_some_and(|next| next.text == "s" && next.typed == "'s");
    // "acme desktops": what stands right before a desktop is whose it is.
    let adjective = [
        "ed", "ing", "able", "ful", "ous", "ive", "al", "ic", "est", "er", "y", "ish", "ple",
    ]
    .iter()
    .any(|ending| typed.ends_with(ending));
    let single = !typed.contains(' ') && typed.chars().all(char::is_alphabetic) && !adjective;
    let owner = m.get(at + 1).is_some_and(|next| {
        next.entity().is_some() && capital
            || next.entity() == Some(Entity::Desktop) && at > 0 && single
    }) || at + 1 == m.len()
        && single
        && before.is_some_and(|b| matches!(b.text.as_str(), "at" | "of" | "for"))
        && at > 1
        && m[at - 2].entity() == Some(Entity::Desktop);
    Some((
        typed,
        preposition && capital
            || possessive
            || owner
            || preposition
                && before.is_some_and(|b| {
                    matches!(
                        b.text.as_str(),
                        "client"
                            | "customer"
                            | "account"
                            | "called"
                            | "named"
                            | "company"
                            | "user"
                            | "organization"
                            | "tenant"
                    )
                }),
    ))
}

/// The topics a question touches that cannot be answered.
pub(crate) fn topics(m: &[Mention]) -> Vec<(usize, usize)> {
    m.iter()
        .enumerate()
        .filter_map(|(at, mention)| Some((at, mention.topic()?)))
        .filter(|(at, _)| !matches!(m[*at].what, What::Names { .. }))
        .collect()
}

/// Whether a mention is understood otherwise than as a topic.
pub(crate) fn also_otherwise(mention: &Mention) -> bool {
    mention
        .senses
        .iter()
        .any(|sense| !matches!(sense, Sense::Topic(_)))
}
