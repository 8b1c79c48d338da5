//! What is set right about words and mentions once all of them are there: slips of the finger, spans of time, and
//! words that mean something else beside their neighbours.

use super::fields::{Entity, Field};
use super::lexicon::{Lexicon, Sense};
use super::marking::TIME_WORDS;
use super::mentions::{Mention, What};
use super::places;
use super::text::{self, Token};
use super::times::When;
use super::values::Values;

/// "this month against last": the last one is a month, too.
pub(super) fn unit_of_last(tokens: &mut Vec<Token>) {
    const UNITS: [&str; 5] = ["day", "week", "month", "quarter", "year"];
    let unit = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| UNITS.contains(&token.text.as_str()))
    };
    let found = (2..tokens.len()).find_map(|at| {
        let last = matches!(tokens[at].text.as_str(), "last" | "previous");
        let ends = tokens
            .get(at + 1)
            .is_none_or(|next| next.text == "," || next.text == "one");
        let this = (1..at).find(|this| tokens[this - 1].text == "this" && unit(*this))?;
        (last && ends).then(|| (at, tokens[this].clone()))
    });
    if let Some((at, unit)) = found {
        tokens.retain({
            let mut place = 0;
            move |token| {
                place += 1;
                !(place == at + 2 && token.text == "one")
            }
        });
        tokens.insert(at + 1, unit);
    }
}

/// "October minus September" is no negation where a difference is asked for.
pub(super) fn differences(mentions: &mut [Mention]) {
    if mentions.iter().any(|mention| mention.is_cue("difference")) {
        for mention in mentions {
            if mention.text == "minus" {
                mention.senses = vec![Sense::Small("than".to_owned())];
            }
        }
    }
}

/// "windows versions" are operating systems, not what was recorded of something.
pub(super) fn versions(mentions: &mut [Mention], lexicon: &Lexicon) {
    for at in 1..mentions.len() {
        let field = mentions[at - 1].value().and_then(|value| {
            let (_, field, _) = lexicon.values[value]
                .of
                .iter()
                .find(|(of, _, _)| *of == Entity::Desktop)?;
            matches!(field, Field::OperatingSystem | Field::ComputeType).then_some(*field)
        });
        let version = mentions[at].entity() == Some(Entity::Version)
            && mentions[at].text.starts_with("version");
        if let (true, Some(field)) = (version, field) {
            mentions[at].senses = vec![Sense::Field(vec![field])];
        }
    }
}

/// "leave the disabled ones out", "leaving Acme aside": what stands between is excluded.
pub(super) fn left_aside(mentions: &mut Vec<Mention>) {
    let found = (0..mentions.len()).find_map(|at| {
        let leaves = matches!(mentions[at].text.as_str(), "leave" | "leaving");
        let end = (at + 2..mentions.len().min(at + 7))
            .find(|end| matches!(mentions[*end].text.as_str(), "out" | "aside" | "out of it"))?;
        leaves.then_some((at, end))
    });
    if let Some((at, end)) = found {
        mentions[at].what = What::Words;
        mentions[at].text = "leaving out".to_owned();
        mentions[at].senses = vec![Sense::Small("not".to_owned())];
        mentions.remove(end);
    }
}

/// "yesterday or today", "in October or November": two times that meet are one.
pub(super) fn spans(mentions: &mut Vec<Mention>) {
    // "more in October or November" sets them against each other.
    let compared = mentions.iter().any(|mention| {
        ["compare", "difference", "most", "least"]
            .iter()
            .any(|cue| mention.is_cue(cue))
            || matches!(mention.text.as_str(), "more" | "fewer" | "less")
    });
    if compared {
        return;
    }
    let mut at = 0;
    while at < mentions.len() {
        let or = (at + 1 < mentions.len() && mentions[at + 1].is_small("or")).then_some(at + 1);
        let next = or.and_then(|or| {
            (or + 1..mentions.len().min(or + 3)).find(|next| !mentions[*next].soft())
        });
        let joined = next.and_then(
            |next| match (mentions[at].time()?, mentions[next].time()?) {
                (
                    When::Span { from, to, said },
                    When::Span {
                        from: later,
                        to: end,
                        said: also,
                    },
                ) if to == later || end == from => Some((
                    next,
                    When::Span {
                        from: *from.min(later),
                        to: *to.max(end),
                        said: format!("{said} or {also}"),
                    },
                )),
                _ => None,
            },
        );
        if let Some((next, both)) = joined {
            mentions[at].what = What::Time(both);
            mentions.drain(at + 1..=next);
        }
        at += 1;
    }
}

/// "how big is Acme", "the size of the Globex estate": how many desktops there are.
pub(super) fn extents(mentions: &mut [Mention]) {
    let client = |mention: &Mention| {
        mention
            .names
            .iter()
            .any(|name| name.field == Field::OrganizationName)
    };
    for at in 0..mentions.len() {
        let rest = &mentions[at + 1..];
        let named = rest.iter().position(|mention| !mention.soft());
        let estate = |mention: &Mention| matches!(mention.text.as_str(), "estate" | "fleet");
        let asked = match mentions[at].text.as_str() {
            // Nothing else is said of the client.
            "how big is" | "how large is" => named.is_some_and(|first| {
                client(&rest[first])
                    && rest[first + 1..]
                        .iter()
                        .all(|mention| mention.soft() && mention.fields().is_empty())
            }),
            "size" => {
                rest.iter().take(5).any(estate)
                    && rest
                        .iter()
                        .take(5)
                        .take_while(|m| !estate(m))
                        .all(|m| m.soft() || client(m))
            }
            _ => false,
        };
        if asked {
            mentions[at].senses = vec![Sense::Cue("count".to_owned())];
        }
    }
}

/// "zero desktops" and "0 desktops" are none, which is no number of them.
pub(super) fn nones(mentions: &mut [Mention]) {
    for at in 0..mentions.len() {
        let compared =
            at > 0 && (mentions[at - 1].compare().is_some() || mentions[at - 1].is_small("than"));
        let noun = mentions.get(at + 1).is_some_and(|next| {
            next.entity().is_some() || next.fields().first() == Some(&Field::UserName)
        });
        if mentions[at].number() == Some(0.0) && noun && !compared {
            mentions[at].what = What::Words;
            mentions[at].senses = vec![Sense::Small("not".to_owned())];
        }
    }
}

/// The words that are likely names: in capitals inside the question, right before a thing, behind a
/// preposition, or short. They are not taken for a slip of a word that carries nothing.
pub(super) fn strange(tokens: &[Token], lexicon: &Lexicon) -> Vec<bool> {
    const BEFORE: [&str; 7] = ["for", "at", "of", "from", "does", "client", "customer"];
    let thing = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.text == "s"
                || lexicon
                    .senses(&token.text)
                    .iter()
                    .any(|sense| matches!(sense, Sense::Entity(_)))
        })
    };
    (0..tokens.len())
        .map(|at| {
            let token = &tokens[at];
            at > 0 && token.typed.chars().next().is_some_and(char::is_uppercase)
                || thing(at + 1)
                || at > 0 && BEFORE.contains(&tokens[at - 1].text.as_str())
                || token.text.chars().count() <= 4
        })
        .collect()
}

pub(super) fn correct(
    token: &mut Token,
    strange: bool,
    lexicon: &Lexicon,
    values: &Values,
    notes: &mut Vec<String>,
) {
    let word = token.text.as_str();
    let known = token.literal
        || !word.chars().all(char::is_alphabetic)
        || lexicon.knows(word)
        || TIME_WORDS.contains(&word)
        || places::is_word(word)
        || values.knows(word);
    if known {
        return;
    }
    let ours = lexicon.corrected(word).map(str::to_owned);
    let time = TIME_WORDS
        .iter()
        .chain(&[
            "east",
            "west",
            "north",
            "south",
            "central",
            "frankfurt",
            "ireland",
            "virginia",
        ])
        .find(|time| time.len() >= 4 && text::slip(word, time).is_some());
    let theirs = values.corrected(word).map(str::to_owned);
    let edits = |to: &str| text::distance(word, to, 3);
    let ours = ours.or_else(|| time.map(|time| (*time).to_owned()));
    let choice = match (ours, theirs) {
        (Some(ours), Some(theirs)) if edits(&theirs) < edits(&ours) => (theirs, true),
        (Some(ours), _) => (ours, false),
        (None, Some(theirs)) => (theirs, true),
        (None, None) => return,
    };
    let says = lexicon
        .senses(&choice.0)
        .iter()
        .any(|sense| matches!(sense, Sense::Value(_) | Sense::Property(_)));
    let named = values.knows(&choice.0);
    let empty = !choice.1
        && !says
        && !named
        && !TIME_WORDS.contains(&choice.0.as_str())
        && lexicon.senses(&choice.0).contains(&Sense::Filler);
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    // "form" for "from" stays a slip: neighbours swapped, in a small word.
    let swapped =
        letters(word) == letters(&choice.0) && !token.typed.starts_with(char::is_uppercase);
    if strange && empty && (!swapped || choice.0 == "came") {
        return;
    }
    if choice.1 || says {
        notes.push(format!("\"{}\" was read as \"{}\".", token.typed, choice.0));
    }
    token.text = choice.0;
}
