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

/// The things a question may be about, the likeliest first.
pub(crate) fn entities(m: &[Mention], lexicon: &Lexicon) -> Vec<Entity> {
    use Entity as E;
    let has = |entity: E| {
        m.iter().any(|mention| {
            mention.entity() == Some(entity)
                || entity == E::Desktop
                    && mention.what == What::Literal
                    && mention.text.starts_with("ws-")
        })
    };
    let value_for = |entity: E| {
        m.iter().any(|mention| {
            mention.value().is_some_and(|value| {
                let word = &lexicon.values[value];
                word.means == Some(entity) || word.of.iter().all(|(of, _, _)| *of == entity)
            })
        })
    };
    let verb = |name: &str| m.iter().any(|mention| mention.is_verb(name));
    let cue = |name: &str| m.iter().any(|mention| mention.is_cue(name));
    let property = |names: &[&str]| {
        m.iter()
            .any(|mention| mention.property().is_some_and(|name| names.contains(&name)))
    };
    let field = |field: Field| {
        m.iter().any(|mention| {
            mention.fields().first() == Some(&field)
                // "value" is a size of desktops too.
                && (field != Field::TagValue || mention.value().is_none() || has(E::Tag))
        })
    };
    let is_state = |mention: &Mention| {
        mention.names.iter().any(|name| name.field == Field::State) && mention.what == What::Words
            || mention.value().is_some_and(|value| {
                lexicon.values[value]
                    .of
                    .iter()
                    .any(|(of, field, _)| *of == E::Desktop && *field == Field::State)
            })
    };
    // "went into error", and not "would like to know how many are stopped".
    let moves = |name: &str| {
        (0..m.len()).any(|at| {
            is_state(&m[at])
                && (0..at)
                    .rev()
                    .take_while(|back| m[*back].soft() || m[*back].is_small(name))
                    .take(3)
                    .any(|back| {
                        m[back].is_small(name) && !matches!(m[back].text.as_str(), "to" | "got")
                            || m[back].text == name
                    })
        })
    };
    let mut found: Vec<E> = Vec::new();
    let mut push = |entity: E| {
        if !found.contains(&entity) {
            found.push(entity);
        }
    };
    if property(&["returned"]) && !has(E::StateChange) {
        push(E::Version);
    }
    if has(E::StateChange) || moves("went into") || happened(m, is_state) {
        push(E::StateChange);
    }
    if has(E::Job) || value_for(E::Job) {
        push(E::Job);
    }
    let asked_by = cue("requester") || field(Field::RequestedBy) || field(Field::Cause);
    if asked_by && (has(E::Sync) || !has(E::Desktop)) {
        push(E::Job);
    }
    if one_run(m) && has(E::Sync) {
        push(E::Job);
    }
    if has(E::Alert) || value_for(E::Alert) {
        push(E::Alert);
    }
    if value_for(E::Directory) && !has(E::Desktop) {
        push(E::Directory);
    }
    let sync_field = m.iter().any(|mention| {
        mention
            .fields()
            .iter()
            .any(|field| field.is_column(E::Sync))
            && !mention
                .fields()
                .iter()
                .any(|field| field.is_column(E::Desktop) || field.is_column(E::Version))
            && mention.fields().first() != Some(&Field::DurationMs)
    });
    // "which accounts were skipped": by a sync.
    let outcome = value_for(E::Sync) && !has(E::Desktop) && !has(E::Job) && !has(E::Alert);
    if has(E::Sync) || sync_field && !has(E::Job) || outcome {
        push(E::Sync);
    }
    if has(E::Desktop)
        && (verb("change") && field(Field::State)
            || moves("went")
            || moves("into") && !has(E::Sync))
    {
        push(E::StateChange);
    }
    if cue("history") && field(Field::State) {
        push(E::StateChange);
    }
    if cue("history") || has(E::Version) {
        push(E::Version);
    }
    let tagged = has(E::Tag)
        || m.iter()
            .any(|mention| mention.names.iter().any(|name| name.field == Field::TagKey));
    let gone = property(&["deleted", "terminated", "ever_listed"])
        || property(&["missing"]) && !tagged
        || field(Field::DeletedAt)
        || field(Field::TerminatedAt)
        || verb("delete")
        || verb("terminate")
        || verb("vanish") && !tagged;
    let other =
        has(E::Sync) || has(E::Job) || has(E::Alert) || has(E::Version) || has(E::StateChange);
    if gone && !other {
        push(E::DesktopEver);
    }
    let noun = m.iter().any(|mention| mention.entity() == Some(E::Desktop));
    if has(E::Tag) && !noun && has(E::Desktop) {
        push(E::Tag);
    }
    // "Acme grouped by the Team tag" counts desktops.
    let by_tag = (1..m.len()).any(|at| {
        m[at].entity() == Some(E::Tag)
            && m[at - 1]
                .names
                .iter()
                .any(|name| name.field == Field::TagKey)
            && (at.saturating_sub(4)..at).any(|back| m[back].is_small("by"))
    });
    if by_tag {
        push(E::Desktop);
    }
    if has(E::Desktop) {
        push(E::Desktop);
        if has(E::Tag) && (field(Field::TagKey) || field(Field::TagValue)) {
            push(E::Tag);
        }
        if verb("change") {
            push(E::Version);
        }
        return found;
    }
    if other {
        return found;
    }
    // "how many in directory d-1", "number per bundle": desktops are what goes without saying.
    let ended = cue("newest") || cue("last") || cue("oldest") || cue("first");
    let timed_by = ended && (field(Field::CreatedAt) || field(Field::LastConnectedAt));
    if (cue("count") || cue("total") || timed_by) && only_contains(m) {
        push(E::Desktop);
        return found;
    }
    let used = m
        .iter()
        .filter(|mention| mention.what == What::Words)
        .flat_map(|mention| mention.text.split(' '))
        .any(|word| matches!(word, "use" | "uses" | "used" | "using"));
    let refused = m
        .iter()
        .any(|mention| mention.is_small("not") || mention.is_small("nobody"));
    // "unused for 30 days, by account" and "our biggest client" are about desktops.
    let grouped_only = |entity: E| {
        has(entity)
            && (0..m.len()).all(|at| {
                m[at].entity() != Some(entity)
                    || (at.saturating_sub(2)..at)
                        .any(|back| m[back].is_small("by") && m[back].text != "across")
            })
    };
    let timed = m.iter().any(|mention| mention.time().is_some());
    let unused = property(&["unused", "never_connected", "idle"]);
    let ranked = ["most", "least", "top", "bottom"]
        .iter()
        .any(|name| cue(name));
    if unused && (timed || grouped_only(E::Account) || grouped_only(E::Organization))
        || ranked && has(E::Organization) && !has(E::Account)
        || ranked
            && has(E::Account)
            && [Field::Storage, Field::RootVolume, Field::UserVolume]
                .into_iter()
                .any(field)
    {
        push(E::Desktop);
    }
    for entity in [E::Directory, E::Bundle] {
        if has(entity) {
            if used && refused {
                push(entity);
                return found;
            }
            // What a client uses is what its desktops are made from.
            if used && !refused {
                push(E::Desktop);
            }
            push(entity);
            push(E::Desktop);
        }
    }
    if has(E::Tag) || field(Field::TagKey) || field(Field::TagValue) {
        push(E::Tag);
        push(E::Desktop);
    }
    // "when was Northwind APAC onboarded", "to whom does 106000000002 belong"
    let account = |mention: &Mention| {
        mention.what == What::Literal
            && mention.text.len() == 12
            && mention.text.chars().all(|c| c.is_ascii_digit())
            || !mention.names.is_empty()
                && mention
                    .names
                    .iter()
                    .all(|name| name.field == Field::AccountName)
    };
    let joined = m.iter().any(|mention| {
        mention.is_verb("create") && mention.text.starts_with("onboard")
            || mention
                .property()
                .is_some_and(|name| matches!(name, "enabled" | "disabled" | "never_synced"))
            || mention.entity() == Some(E::Organization)
            || mention.fields().first() == Some(&Field::AccountId)
    });
    if m.iter().any(account) && joined {
        push(E::Account);
    }
    if has(E::Account) || verb("sync") || field(Field::LastCompleteSync) || field(Field::RoleArn) {
        push(E::Account);
    }
    if has(E::Organization) {
        push(E::Organization);
        push(E::Account);
    }
    push(E::Desktop);
    if verb("change") {
        push(E::Version);
    }
    found
}

/// Whether every thing that is named only says where rows are or what they are grouped by: "in
/// account acme-prod", "per bundle".
fn only_contains(m: &[Mention]) -> bool {
    const IN: [&str; 11] = [
        "in", "on", "of", "under", "for", "with", "from", "at", "within", "inside", "against",
    ];
    let container = |mention: &Mention| {
        matches!(
            mention.entity(),
            Some(Entity::Organization | Entity::Account | Entity::Directory | Entity::Bundle)
        )
    };
    let named = |at: usize| {
        m.get(at)
            .is_some_and(|mention| matches!(mention.what, What::Names { .. } | What::Literal))
    };
    let mut any = false;
    for at in 0..m.len() {
        if !container(&m[at]) {
            if m[at].entity().is_some() {
                return false;
            }
            continue;
        }
        any = true;
        let before: Vec<&Mention> = m[..at]
            .iter()
            .rev()
            .skip_while(|back| {
                matches!(back.text.as_str(), "the" | "our" | "a" | "its")
                    || matches!(back.what, What::Names { .. } | What::Literal)
                    || back.is_small("and") && container(&m[at])
            })
            .take(1)
            .collect();
        let grouped = before.iter().any(|back| back.is_small("by"));
        // "by account and bundle"
        let coordinated = at >= 2 && m[at - 1].is_small("and") && container(&m[at - 2]);
        let inside = before.iter().any(|back| {
            back.text.split(' ').any(|word| IN.contains(&word))
                && !back.is_cue("count")
                && !back.is_cue("total")
        }) && (named(at + 1) || named(at.wrapping_sub(1)));
        if !(grouped || inside || coordinated) {
            return false;
        }
    }
    any
}

/// "did the last sync succeed", "how long did it take": a run as a whole is a job. What it did for
/// one client stands with its scopes.
fn one_run(m: &[Mention]) -> bool {
    let whether = matches!(m[0].text.as_str(), "did" | "was" | "has" | "is");
    let asked = m.iter().any(|mention| {
        mention.fields().first() == Some(&Field::Error)
            || mention.fields().first() == Some(&Field::DurationMs)
    });
    let scoped = m.iter().any(|mention| {
        matches!(mention.what, What::Names { .. } | What::Literal)
            || mention.text.starts_with("scope")
            || mention.text.starts_with("sync scope")
    });
    let last = m
        .iter()
        .any(|mention| mention.is_cue("last") || mention.is_cue("newest"));
    last && (whether || asked) && !scoped
}

/// "when did ws-1 go unhealthy", "how often has it been stopped": what a desktop has been through,
/// rather than how it is.
fn happened(m: &[Mention], is_state: impl Fn(&Mention) -> bool) -> bool {
    let asked = m.iter().any(|mention| {
        mention.is_cue("when") || matches!(mention.text.as_str(), "how often" | "how many times")
    }) || matches!(m[0].text.as_str(), "was" | "has")
        && m.iter().any(|mention| mention.is_small("ever"));
    asked
        && m.iter().any(is_state)
        && m.iter()
            .any(|mention| mention.what == What::Literal && mention.text.starts_with("ws-"))
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
