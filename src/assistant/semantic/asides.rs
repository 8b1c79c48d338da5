//! What a question says beside what it asks: what it is for and why it is asked. It is taken out
//! before anything is read, as far as nothing in it could be meant as a filter: a name stays.

use super::mentions::{Mention, What};

/// How far before its noun the "for" of an occasion may stand: "for the quarterly review".
const OCCASION: usize = 5;

/// The mentions that belong to what is asked.
pub(crate) fn left_out(mut m: Vec<Mention>) -> Vec<Mention> {
    preamble(&mut m);
    reason(&mut m);
    purpose(&mut m);
    occasion(&mut m);
    contrast(&mut m);
    m
}

/// "users (not desktops) in each region": what is asked for is told from what is not.
fn contrast(m: &mut Vec<Mention>) {
    let found = (1..m.len().saturating_sub(1)).find(|at| {
        let noun = |place: usize| m[place].entity().is_some() || m[place].is_user();
        let asked = m[at - 1].is_small("comma") || noun(at - 1);
        let alone = m.get(at + 2).is_none_or(|next| next.soft());
        let other = m[at + 1].entity().is_some()
            && m[..*at].iter().any(|before| {
                (before.entity().is_some() || before.is_user())
                    && before.entity() != m[at + 1].entity()
            });
        m[*at].text == "not" && asked && alone && other
    });
    if let Some(at) = found {
        m.drain(at..at + 2);
    }
}

/// Names stay wherever they stand; what is asked may be about them.
fn is_name(mention: &Mention) -> bool {
    matches!(mention.what, What::Names { .. } | What::Literal)
}

/// Whether a stretch says nothing that rows could be filtered by, names aside.
fn is_empty(stretch: &[Mention]) -> bool {
    stretch
        .iter()
        .all(|m| m.number().is_none() && m.time().is_none())
}

/// Whether something is asked in a stretch.
fn asks(stretch: &[Mention]) -> bool {
    const ASKS: [&str; 6] = ["count", "which", "who", "list", "exists", "when"];
    stretch
        .iter()
        .any(|m| m.entity().is_some() || !m.fields().is_empty())
        && stretch.iter().any(|m| ASKS.iter().any(|cue| m.is_cue(cue)))
}

fn cut(m: &mut Vec<Mention>, from: usize, to: usize) {
    let kept: Vec<Mention> = m[from..to].iter().filter(|m| is_name(m)).cloned().collect();
    m.splice(from..to, kept);
}

/// Takes out what stands before a mention, and that with it, where only behind it something is asked.
fn cut_before(m: &mut Vec<Mention>, found: Option<usize>) {
    if let Some(at) = found
        && is_empty(&m[..at])
        && asks(&m[at + 1..])
    {
        cut(m, 0, at + 1);
    }
}

/// "Initech would like to reduce its storage, therefore please list …"
fn preamble(m: &mut Vec<Mention>) {
    let found = (1..m.len()).find(|at| m[*at].is_small("hence"));
    cut_before(m, found);
}

/// "As this image is going to be retired, how many desktops …"
fn reason(m: &mut Vec<Mention>) {
    if m.first().is_some_and(|first| first.is_small("reason")) {
        let comma = (1..m.len()).find(|at| m[*at].is_small("comma"));
        cut_before(m, comma);
    }
}

/// "…, so that I can raise it with the client"
fn purpose(m: &mut Vec<Mention>) {
    let found = (2..m.len()).find(|at| m[*at].is_small("purpose"));
    if let Some(at) = found
        && is_empty(&m[at..])
        && !m[at..].iter().any(is_name)
    {
        m.truncate(at);
    }
}

/// "for the quarterly review with Globex", "for the Acme contract renewal"
fn occasion(m: &mut Vec<Mention>) {
    let Some(at) = (1..m.len()).find(|at| m[*at].is_small("occasion")) else {
        return;
    };
    let opened = (at.saturating_sub(OCCASION)..at)
        .rev()
        .take_while(|back| m[*back].soft() || is_name(&m[*back]) || m[*back].bucket().is_some())
        .any(|back| matches!(m[back].text.as_str(), "for" | "for the" | "for our"));
    if !opened {
        return;
    }
    let from = (0..at).rev().find(|back| m[*back].text.starts_with("for"));
    cut(m, from.unwrap_or(at), at + 1);
}
