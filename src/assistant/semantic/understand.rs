//! The way of a question: what it cannot be, what it may be, and which of these it is.

use domain::UtcTime;

use super::Understanding;
use super::classifier::Classifier;
use super::compose::KINDS;
use super::follow;
use super::intents::masked;
use super::lexicon::Lexicon;
use super::marking;
use super::mentions::{Mention, What};
use super::query::Query;
use super::read::{self, Context};
use super::things;
use super::values::Values;

/// Readings that are offered at most.
const MOST_READINGS: usize = 4;

/// How likely the classifier must think the kind of the only reading that leaves no word over.
const FLOOR: f32 = 0.002;

/// Kinds that only questions with words of their own are of.
const SAID: [&str; 6] = [
    ".count",
    ".share",
    ".average",
    ".difference",
    ".compare",
    ".top_groups",
];

/// How much of the likelihood of all readings the best one must have.
const MARGIN: f32 = 0.6;

/// Longer questions are left to the next tier.
const MOST_MENTIONS: usize = 60;

pub(crate) struct Understander<'a> {
    pub lexicon: &'a Lexicon,
    pub classifier: &'a Classifier,
    pub values: &'a Values,
    pub now: UtcTime,
}

impl Understander<'_> {
    pub fn understand(&self, question: &str, previous: Option<&Query>) -> Understanding {
        let marked = marking::mark(question, self.lexicon, self.values, self.now);
        let m = marked.mentions.as_slice();
        if m.is_empty() || m.len() > MOST_MENTIONS {
            return Understanding::Unknown;
        }
        if let Some(previous) = previous
            && let Some(edited) = follow::edit(m, previous, self.context())
        {
            return self.noted(Understanding::Query(Box::new(edited)), &marked.notes);
        }
        // One word alone does not say what is asked about it.
        if m.len() == 1 {
            return Understanding::Unknown;
        }
        // What can, could or may be is not what is, nor is what will be.
        let modal = m.windows(2).any(|pair| {
            let (one, next) = (pair[0].text.as_str(), pair[1].text.as_str());
            matches!(one, "can" | "could" | "may" | "would") && next == "be"
                || one == "will" && next != "you"
        });
        if modal {
            return Understanding::Unknown;
        }
        if let Some(reason) = self.request(m) {
            return Understanding::CannotAnswer { reason };
        }
        let topics = read::topics(m);
        let only: Vec<(usize, usize)> = topics
            .iter()
            .copied()
            .filter(|(at, topic)| {
                !read::also_otherwise(&m[*at]) && !self.lexicon.topics[*topic].only_first
            })
            .collect();
        if let Some((at, topic)) = only.first().copied() {
            return self.partly(m, at, topic, &marked.notes);
        }
        let understood = self.read(m);
        if understood != Understanding::Unknown {
            return self.noted(understood, &marked.notes);
        }
        if let Some((_, topic)) = topics
            .iter()
            .find(|(_, topic)| !self.lexicon.topics[*topic].only_first)
        {
            return Understanding::CannotAnswer {
                reason: self.lexicon.topics[*topic].reason.clone(),
            };
        }
        let desktops = m
            .iter()
            .any(|mention| mention.entity() == Some(super::Entity::Desktop));
        let timed = m.iter().any(|mention| mention.time().is_some());
        if desktops && timed && m.iter().any(|mention| mention.is_cue("trend")) {
            return Understanding::CannotAnswer {
                reason: "stocktake does not keep how many desktops there were at each time; ask \
                         for desktops created, first seen or deleted per day or month"
                    .to_owned(),
            };
        }
        self.stranger(m)
    }

    /// What each word was taken for, and what the question might be, for whoever looks into it.
    pub fn explain(&self, question: &str) -> String {
        use std::fmt::Write as _;
        let marked = marking::mark(question, self.lexicon, self.values, self.now);
        let m = marked.mentions.as_slice();
        let mut text = String::new();
        for mention in m {
            let names: Vec<&str> = mention
                .names
                .iter()
                .map(|name| name.literal.as_str())
                .collect();
            let _ = writeln!(
                text,
                "{:?} {:?} {:?} {names:?}",
                mention.text, mention.what, mention.senses
            );
        }
        let likely = self.classifier.classify(&masked(m));
        for entity in things::entities(m, self.lexicon) {
            let reading = read::read(m, entity, &[], self.context());
            let kinds: Vec<&str> = reading.queries.iter().map(|(kind, _)| *kind).collect();
            let _ = writeln!(text, "{entity:?} {kinds:?} {:?}", reading.stuck);
        }
        for (kind, chance) in KINDS.iter().zip(likely) {
            if chance > 0.02 {
                let _ = write!(text, "{kind} {chance:.2}, ");
            }
        }
        text
    }

    fn context(&self) -> Context<'_> {
        Context {
            lexicon: self.lexicon,
            now: self.now,
        }
    }

    fn noted(&self, understood: Understanding, notes: &[String]) -> Understanding {
        let add = |mut query: Query| {
            for note in notes {
                query.note(note.clone());
            }
            query
        };
        match understood {
            Understanding::Query(query) => Understanding::Query(Box::new(add(*query))),
            Understanding::Ambiguous(readings) => {
                Understanding::Ambiguous(readings.into_iter().map(add).collect())
            }
            other => other,
        }
    }

    /// "delete all stopped desktops": a request to do something, which begins with its verb.
    fn request(&self, m: &[Mention]) -> Option<String> {
        const POLITE: [&str; 30] = [
            "please", "can", "could", "you", "would", "pls", "kindly", "i", "want", "want to",
            "to", "hey", "hi", "we", "need", "just", "now", "go", "like", "lets", "let", "us",
            "will", "should", "and", "then", "for", "me", "i want", "d",
        ];
        let first = m.iter().position(|mention| {
            mention.what != What::Words || !POLITE.contains(&mention.text.as_str())
        })?;
        // A name the data has may be a verb too.
        let topic = m[first].topic()?;
        let topic = &self.lexicon.topics[topic];
        let verb_alone =
            topic.only_first && m[first].entity().is_none() && m[first].fields().is_empty();
        verb_alone.then(|| topic.reason.clone())
    }

    /// A question that is partly about what nobody knows here.
    fn partly(&self, m: &[Mention], at: usize, topic: usize, notes: &[String]) -> Understanding {
        let topic = &self.lexicon.topics[topic];
        if let Some(part) = &topic.part {
            let boundary = (1..at).rev().find(|b| {
                (m[*b].is_small("and") || m[*b].is_small("comma"))
                    && (*b + 1..at).all(|between| m[between].soft() || m[between].is_cue("count"))
            });
            if let Some(boundary) = boundary {
                let mut end = boundary;
                while end > 0 && (m[end - 1].is_small("and") || m[end - 1].is_small("comma")) {
                    end -= 1;
                }
                if let Understanding::Query(mut query) = self.read(&m[..end]) {
                    query.note(part.clone());
                    return self.noted(Understanding::Query(query), notes);
                }
            }
        }
        Understanding::CannotAnswer {
            reason: topic.reason.clone(),
        }
    }

    /// The readings that leave no word over, and which of them is meant.
    fn read(&self, m: &[Mention]) -> Understanding {
        let likely = self.classifier.classify(&masked(m));
        let mut problem = None;
        for entity in things::entities(m, self.lexicon) {
            let reading = read::read(m, entity, &[], self.context());
            if problem.is_none() {
                problem = reading.problem;
            }
            match self.best(reading.queries, &likely) {
                Best::None => {}
                Best::Unclear(readings) => return Understanding::Ambiguous(readings),
                Best::One(query) => {
                    let others = self.others(m, entity, &reading.offered, &likely);
                    if others.is_empty() {
                        return Understanding::Query(query);
                    }
                    let mut readings = vec![*query];
                    for other in others {
                        if readings.iter().all(|known| known.sql() != other.sql()) {
                            readings.push(other);
                        }
                    }
                    if readings.len() == 1 {
                        return Understanding::Query(Box::new(readings.remove(0)));
                    }
                    readings.truncate(MOST_READINGS);
                    return Understanding::Ambiguous(readings);
                }
            }
        }
        match problem {
            Some(reason) => Understanding::CannotAnswer { reason },
            None => Understanding::Unknown,
        }
    }

    /// What the question is with other choices where words have several meanings.
    fn others(
        &self,
        m: &[Mention],
        entity: super::Entity,
        offered: &[usize],
        likely: &[f32],
    ) -> Vec<Query> {
        let mut found = Vec::new();
        for (place, options) in offered.iter().enumerate() {
            for option in 1..(*options).min(MOST_READINGS) {
                let mut taken = vec![0; place];
                taken.push(option);
                let reading = read::read(m, entity, &taken, self.context());
                if let Best::One(query) = self.best(reading.queries, likely) {
                    found.push(*query);
                }
            }
        }
        found
    }

    fn best(&self, queries: Vec<(&'static str, Query)>, likely: &[f32]) -> Best {
        let chance = |kind: &str| {
            KINDS
                .iter()
                .position(|known| *known == kind)
                .map_or(0.0, |at| likely[at])
        };
        let mut ranked: Vec<(f32, Query)> = Vec::new();
        for (kind, query) in queries {
            let chance = chance(kind);
            match ranked
                .iter_mut()
                .find(|(_, known)| known.sql() == query.sql())
            {
                Some((sum, _)) => *sum += chance,
                None => ranked.push((chance, query)),
            }
        }
        ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
        let sum: f32 = ranked.iter().map(|(chance, _)| chance).sum();
        let Some((best, _)) = ranked.first() else {
            return Best::None;
        };
        // Words that say the kind say more than how likely it is.
        let said = ranked
            .first()
            .is_some_and(|(_, query)| SAID.iter().any(|kind| query.intent.ends_with(kind)));
        if *best < FLOOR && !said {
            return Best::None;
        }
        if best / sum.max(f32::MIN_POSITIVE) < MARGIN {
            let readings = ranked.into_iter().take(2).map(|(_, query)| query).collect();
            return Best::Unclear(readings);
        }
        Best::One(Box::new(ranked.swap_remove(0).1))
    }

    /// A question whose words nobody knows: a name that is not in the data is told apart.
    fn stranger(&self, m: &[Mention]) -> Understanding {
        let Some((typed, named)) = read::stranger(m) else {
            return Understanding::Unknown;
        };
        let ours = m.iter().any(|mention| {
            mention.entity().is_some() || !mention.fields().is_empty() || mention.value().is_some()
        });
        if !ours || !named {
            return Understanding::Unknown;
        }
        let near = self.values.nearest(&typed.to_lowercase());
        let more = if near.is_empty() {
            "; check the spelling, or leave it out".to_owned()
        } else {
            format!("; did you mean {}?", near.join(" or "))
        };
        Understanding::CannotAnswer {
            reason: format!(
                "there is no client, account or user called \"{typed}\" in stock{more}"
            ),
        }
    }
}

enum Best {
    None,
    One(Box<Query>),
    Unclear(Vec<Query>),
}
