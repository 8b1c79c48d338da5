//! Tags in questions: "tagged Team=Sales", "without a CostCenter tag", "Department is Legal".

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::mentions::What;
use super::query::{Filter, Test};

impl Parse<'_> {
    pub(super) fn tags(&mut self) {
        if !self.entity.is_desktop() && self.entity != Entity::StateChange {
            return;
        }
        for at in 0..self.m.len() {
            if !self.used[at] {
                self.key_behind(at);
            }
        }
        for at in 0..self.m.len() {
            if self.used[at] {
                continue;
            }
            let Some(key) = self.key_at(at) else { continue };
            self.keyed(at, &key);
        }
        for at in 0..self.m.len() {
            if !self.used[at] {
                self.bare_value(at);
            }
        }
        self.either_tag();
        // "desktops with tags"
        for at in 1..self.m.len() {
            let tags = self.entity.is_desktop() && self.m[at].entity() == Some(Entity::Tag);
            let with = ["with", "have", "has", "having", "carry", "with any"]
                .contains(&self.m[at - 1].text.as_str())
                || self.m[at - 1].text == "any";
            if tags && with && !self.used[at] && at + 1 == self.m.len() && !self.negated(at) {
                let test = Test::Tagged {
                    key: None,
                    values: Vec::new(),
                };
                self.add(at, Filter::new(test));
            }
        }
    }

    /// "Department=Finance or Team=Sales"
    fn either_tag(&mut self) {
        let tagged =
            |filter: &Filter| matches!(filter.test, Test::Tagged { .. }) && !filter.negated;
        let mut at = 1;
        while at < self.filters.len() {
            let (one, other) = (&self.filters[at - 1], &self.filters[at]);
            let or = (one.at..other.at.max(one.at)).find(|between| self.m[*between].is_small("or"));
            match or {
                Some(or) if tagged(&one.filter) && tagged(&other.filter) && !self.used[or] => {
                    self.used[or] = true;
                    let other = self.filters.remove(at);
                    let one = &mut self.filters[at - 1];
                    one.filter = Filter::new(Test::Any(vec![one.filter.clone(), other.filter]));
                    one.at = other.at;
                }
                _ => at += 1,
            }
        }
    }

    /// The tag key named at `at`. A key that is also a word of the lexicon counts where a tag is
    /// spoken of, or a value of it follows.
    pub fn key_at(&self, at: usize) -> Option<String> {
        let mention = self.m.get(at)?;
        let key = mention
            .names
            .iter()
            .find(|name| name.field == Field::TagKey)?
            .literal
            .clone();
        let only_name = matches!(mention.what, What::Names { .. });
        let announced = only_name
            || mention.quoted
            || self.m.get(at + 1).is_some_and(|m| {
                m.entity() == Some(Entity::Tag)
                    || m.fields().contains(&Field::TagValue)
                    || matches!(
                        m.text.as_str(),
                        "breakdown" | "distribution" | "split" | "mix"
                    )
                    || m.text == "="
            })
            || at > 0
                && (self.m[at - 1].entity() == Some(Entity::Tag)
                    || self.m[at - 1].is_small("tagged"))
            || at > 1 && self.m[at - 1].soft() && self.m[at - 2].is_small("tagged")
            || self.value_after(at, &key).is_some()
            || at > 0
                && self.m[at - 1].is_small("by")
                && self.field_at(at).is_none()
                && mention.entity().is_none();
        announced.then_some(key)
    }

    /// The values of the key that the mention at `at` may be: the one that is written like it, else
    /// all that differ in case only.
    fn values_of(&self, at: usize, key: &str) -> Vec<String> {
        let mention = &self.m[at];
        let mut found: Vec<String> = Vec::new();
        for name in &mention.names {
            let of_key = name.field == Field::TagValue && name.key.as_deref() == Some(key);
            if of_key && !found.contains(&name.literal) {
                found.push(name.literal.clone());
            }
        }
        if found.contains(&mention.typed) {
            found.retain(|literal| *literal == mention.typed);
        }
        found
    }

    /// Where a value of the key stands behind it.
    fn value_after(&self, at: usize, key: &str) -> Option<(usize, Vec<String>)> {
        for next in at + 1..self.m.len().min(at + 6) {
            let mention = &self.m[next];
            let values = self.values_of(next, key);
            if !values.is_empty() {
                return Some((next, values));
            }
            let between = mention.entity() == Some(Entity::Tag)
                || mention.compare().is_some()
                || mention.is_small("not")
                || mention.fields().contains(&Field::TagValue)
                || mention.soft() && !mention.is_small("comma") && !mention.is_small("and");
            if !between || self.used[next] {
                return None;
            }
        }
        None
    }

    fn keyed(&mut self, at: usize, key: &str) {
        let grouped = at > 0
            && (0..at)
                .rev()
                .take(3)
                .find(|back| !self.m[*back].text.is_empty() && self.m[*back].is_small("by"))
                .is_some_and(|by| {
                    (by + 1..at).all(|between| {
                        self.m[between].entity() == Some(Entity::Tag) || self.m[between].soft()
                    })
                });
        if let Some((place, mut values)) = self.value_after(at, key) {
            let mut negated = self.negated(at);
            let mut other = false;
            for between in at + 1..place {
                other ^= self.m[between].is_small("not");
                self.used[between] = true;
            }
            if at > 0 && self.m[at - 1].entity() == Some(Entity::Tag) {
                self.used[at - 1] = true;
                negated |= self.negated(at - 1);
            }
            self.used[at] = true;
            self.used[place] = true;
            self.more_values(place, key, &mut values);
            let test = Test::Tagged {
                key: Some(key.to_owned()),
                values,
            };
            if other {
                // "whose Team is not Sales" have a team, another one.
                let any = Test::Tagged {
                    key: Some(key.to_owned()),
                    values: Vec::new(),
                };
                let test = Test::All(vec![Filter::new(any), Filter::not(test)]);
                self.add(at, Filter { test, negated });
                return;
            }
            self.add(at, Filter { test, negated });
            return;
        }
        if grouped {
            return;
        }
        // "what is the Team tag of ws-1" asks for its value.
        let asked = (0..at)
            .rev()
            .take(4)
            .any(|before| self.m[before].is_cue("which"))
            && self.m[at..].iter().any(|m| m.what == What::Literal);
        if asked {
            if self
                .m
                .get(at + 1)
                .is_some_and(|m| m.entity() == Some(Entity::Tag))
            {
                self.used[at + 1] = true;
            }
            return;
        }
        // "with a CostCenter tag", "without tag CostCenter", "the CostCenter tag is missing"
        let before = (at > 0 && self.m[at - 1].entity() == Some(Entity::Tag)).then(|| at - 1);
        let after = self
            .m
            .get(at + 1)
            .is_some_and(|m| m.entity() == Some(Entity::Tag))
            .then_some(at + 1);
        let tag = before.or(after);
        let missing = (at + 1..self.m.len().min(at + 5)).find(|next| {
            let m = &self.m[*next];
            m.property() == Some("missing")
                || m.text == "missing"
                || m.text == "empty"
                || m.text == "absent"
                || m.is_small("not")
                    && self
                        .m
                        .get(next + 1)
                        .is_some_and(|m| m.text == "set" || m.text == "present")
                || m.text.ends_with("missing")
        });
        let first = before.unwrap_or(at);
        let missing_before = first
            .checked_sub(1)
            .into_iter()
            .chain(first.checked_sub(2))
            .find(|b| self.m[*b].property() == Some("missing") || self.m[*b].text == "lack");
        let negated = self.negated(first) || missing.is_some() || missing_before.is_some();
        let spoken = tag.is_some()
            || negated
            || at > 0 && self.m[at - 1].is_small("tagged")
            || at > 1 && self.m[at - 1].soft() && self.m[at - 2].is_small("tagged")
            || self
                .previous(at)
                .is_some_and(|p| self.m[p].is_small("tagged"))
            || at > 0
                && matches!(
                    self.m[at - 1].text.as_str(),
                    "have" | "has" | "with" | "carry" | "carrying" | "with a" | "having" | "set"
                );
        if !spoken {
            return;
        }
        for place in [tag, missing, missing_before].into_iter().flatten() {
            self.used[place] = true;
        }
        if let Some(missing) = missing
            && self.m[missing].is_small("not")
            && missing + 1 < self.m.len()
        {
            self.used[missing + 1] = true;
        }
        let test = Test::Tagged {
            key: Some(key.to_owned()),
            values: Vec::new(),
        };
        self.add(at, Filter { test, negated });
    }

    /// "Sales or Legal"
    fn more_values(&mut self, place: usize, key: &str, values: &mut Vec<String>) {
        let mut at = place;
        while self
            .m
            .get(at + 1)
            .is_some_and(|m| m.is_small("or") || m.is_small("comma") || m.is_small("and"))
        {
            let mut next = at + 2;
            while self
                .m
                .get(next)
                .is_some_and(|m| m.is_small("or") || m.is_small("and"))
            {
                next += 1;
            }
            let Some(found) = self.m.get(next).and_then(|m| {
                m.names
                    .iter()
                    .find(|name| name.field == Field::TagValue && name.key.as_deref() == Some(key))
            }) else {
                return;
            };
            values.push(found.literal.clone());
            for taken in at + 1..=next {
                self.used[taken] = true;
            }
            at = next;
        }
    }

    /// "Sales team": the key behind its value.
    fn key_behind(&mut self, at: usize) {
        let value = self.m[at].names.iter().find_map(|name| {
            let key = name.key.clone().filter(|_| name.field == Field::TagValue)?;
            Some((key, name.literal.clone()))
        });
        let Some((key, value)) = value else { return };
        let named = self.m.get(at + 1).is_some_and(|m| {
            m.names
                .iter()
                .any(|name| name.field == Field::TagKey && name.literal == key)
        });
        if named && !self.used[at + 1] && self.value_after(at + 1, &key).is_none() {
            self.used[at + 1] = true;
            let negated = self.negated(at);
            let test = Test::Tagged {
                key: Some(key),
                values: vec![value],
            };
            self.add(at, Filter { test, negated });
        }
    }

    /// A tag's value without its key: "Sales desktops", "tagged Production".
    fn bare_value(&mut self, at: usize) {
        let mention = &self.m[at];
        let tags: Vec<(String, String)> = mention
            .names
            .iter()
            .filter(|name| name.field == Field::TagValue)
            .filter_map(|name| Some((name.key.clone()?, name.literal.clone())))
            .collect();
        if tags.is_empty() {
            return;
        }
        let announced = at > 0
            && (self.m[at - 1].is_small("tagged") || self.m[at - 1].entity() == Some(Entity::Tag));
        if !announced
            && (!matches!(mention.what, What::Names { .. })
                || mention
                    .names
                    .iter()
                    .any(|name| name.field != Field::TagValue && name.field != Field::TagKey))
        {
            return;
        }
        let choice = self.choices.choose(tags.len().min(4));
        let (key, value) = tags[choice].clone();
        let mut first = at;
        if announced {
            first = at - 1;
            self.used[first] = true;
        }
        let negated = self.negated(first);
        let mut values = vec![value];
        self.used[at] = true;
        self.more_values(at, &key, &mut values);
        let test = Test::Tagged {
            key: Some(key),
            values,
        };
        self.add(at, Filter { test, negated });
    }
}
