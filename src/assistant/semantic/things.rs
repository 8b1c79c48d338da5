//! Which thing a question is about.

use super::fields::{Entity, Field};
use super::lexicon::Lexicon;
use super::mentions::{Mention, What};

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
            || mention.value().is_some_and(|value| lexicon.is_state(value))
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
