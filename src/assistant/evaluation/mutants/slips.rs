//! The slips themselves: each takes the words of a query and gives the words of wrong ones.

type Words = Vec<String>;

/// Texts that stand for one another: whoever mistakes one takes another of its line.
const ALTERNATIVES: &[&[&str]] = &[
    &[
        "Acme",
        "Globex",
        "Initech",
        "Umbrella Health",
        "Northwind Traders",
        "Acme Labs",
    ],
    &["eu-west-1", "us-east-1", "eu-central-1", "us-west-2"],
    &["AVAILABLE", "STOPPED", "UNHEALTHY", "ERROR"],
    &["ALWAYS_ON", "AUTO_STOP", "MANUAL"],
    &["STANDARD", "PERFORMANCE", "VALUE", "POWER"],
    &["Finance", "Sales", "Engineering", "Legal"],
    &["test", "prod", "dev"],
    &["failed", "complete", "partial", "succeeded"],
    &["credentials", "workspaces_shrank"],
    &["Department", "Environment", "CostCenter"],
    &["deleted", "changed", "created"],
    &["MICROSOFT_AD", "AD_CONNECTOR", "SIMPLE_AD"],
];

/// A column of each view that is absent here and there, for counting the wrong thing.
const COUNTED: &[(&str, &str)] = &[
    ("workspaces", "last_connected_at"),
    ("workspaces_all", "last_connected_at"),
    ("alerts", "region"),
    ("jobs", "requested_by"),
    ("sync_history", "error_code"),
    ("state_changes", "from_state"),
    ("resource_versions", "valid_to"),
    ("directories", "alias"),
    ("accounts", "last_complete_sync_at"),
];

pub fn all(words: &[String]) -> Vec<(&'static str, Words)> {
    let mut made = Vec::new();
    let cut = words.len() > 1 && words[words.len() - 2] == "LIMIT";
    for at in 0..words.len() {
        let here = words[at].as_str();
        let mut put = |slip, word: &str| made.push((slip, with(words, at, word)));
        match here {
            "<" => put("direction flipped", ">"),
            ">" => put("direction flipped", "<"),
            "<=" => put("direction flipped", ">="),
            ">=" => put("direction flipped", "<="),
            "=" if compares_with_value(words, at) => put("equality flipped", "<>"),
            "<>" => put("equality flipped", "="),
            "AND" => put("AND for OR", "OR"),
            "ASC" if cut => put("order flipped", "DESC"),
            "DESC" if cut => put("order flipped", "ASC"),
            "avg" => put("aggregate swapped", "sum"),
            "sum" if words.get(at + 2).is_none_or(|next| next != "CASE") => {
                put("aggregate swapped", "avg")
            }
            "max" => put("aggregate swapped", "min"),
            "min" => put("aggregate swapped", "max"),
            _ if here.starts_with('\'') => made.extend(other_text(words, at)),
            _ if here.parse::<u32>().is_ok() => made.extend(other_number(words, at)),
            _ => {}
        }
    }
    made.extend(nulls(words));
    made.extend(counts(words));
    made.extend(conditions(words));
    made.extend(groups(words));
    made
}

fn with(words: &[String], at: usize, word: &str) -> Words {
    let mut changed = words.to_vec();
    word.clone_into(&mut changed[at]);
    changed
}

fn without(words: &[String], from: usize, to: usize) -> Words {
    let mut changed = words.to_vec();
    changed.drain(from..to);
    changed
}

/// Not where two columns are joined.
fn compares_with_value(words: &[String], at: usize) -> bool {
    let column = |word: Option<&String>| {
        word.is_some_and(|word| word.contains('.') && word.starts_with(char::is_alphabetic))
    };
    !(column(words.get(at + 1)) && at > 0 && column(words.get(at - 1)))
}

fn other_text(words: &[String], at: usize) -> Option<(&'static str, Words)> {
    let text = words[at].trim_matches('\'');
    let other = if let Some(line) = ALTERNATIVES.iter().find(|line| line.contains(&text)) {
        let place = line.iter().position(|word| *word == text)?;
        line[(place + 1) % line.len()].to_owned()
    } else if let Some(days) = text
        .strip_prefix('-')
        .and_then(|rest| rest.strip_suffix(" days"))
    {
        format!("-{} days", days.parse::<u32>().ok()? * 2 + 1)
    } else if let Some((year, month)) = text.split_once('-').filter(|(year, _)| year.len() == 4) {
        // A month or a day of one: three months earlier.
        let (month, rest) = month.split_at_checked(2)?;
        let number = month.parse::<u32>().ok()?;
        if rest.contains('T') {
            return None;
        }
        format!(
            "{year}-{:02}{rest}",
            if number > 3 { number - 3 } else { number + 3 }
        )
    } else {
        return None;
    };
    let (before, after) = (words.get(at.wrapping_sub(1)), words.get(at + 1));
    // A suffix that is written behind a month is no value.
    if before.is_some_and(|word| word == "||") || after.is_some_and(|word| word == "||") {
        return None;
    }
    Some(("literal changed", with(words, at, &format!("'{other}'"))))
}

/// Only numbers that something is compared with, and how many rows are asked for.
fn other_number(words: &[String], at: usize) -> Option<(&'static str, Words)> {
    let before = words.get(at.checked_sub(1)?)?;
    if !["=", "<", ">", "<=", ">=", "<>", "LIMIT"].contains(&before.as_str()) {
        return None;
    }
    let number: u32 = words[at].parse().ok()?;
    if number == 1
        && words
            .get(at.checked_sub(2)?)
            .is_some_and(|word| word == "1")
    {
        return None;
    }
    // Encryption is 0 or 1.
    let flag = words
        .get(at - 2)
        .is_some_and(|column| column.ends_with("_encrypted") || column == "enabled");
    let other = if flag {
        1 - number.min(1)
    } else {
        number * 2 + 1
    };
    Some(("literal changed", with(words, at, &other.to_string())))
}

fn nulls(words: &[String]) -> Vec<(&'static str, Words)> {
    let mut made = Vec::new();
    for at in 0..words.len().saturating_sub(1) {
        if words[at] != "IS" {
            continue;
        }
        if words[at + 1] == "NULL" {
            made.push(("NULL flipped", with(words, at, "IS NOT")));
        } else if words[at + 1] == "NOT" {
            made.push(("NULL flipped", without(words, at + 1, at + 2)));
        }
    }
    made
}

/// Counts something else: a column in place of rows, rows in place of different values.
fn counts(words: &[String]) -> Vec<(&'static str, Words)> {
    let mut made = Vec::new();
    for at in 0..words.len().saturating_sub(2) {
        if words[at] != "count" {
            continue;
        }
        if words[at + 2] == "DISTINCT" {
            made.push(("count swapped", without(words, at + 2, at + 3)));
        } else if words[at + 2] == "*"
            && let Some(view) = words[at..].iter().skip_while(|word| *word != "FROM").nth(1)
            && let Some((_, column)) = COUNTED.iter().find(|(name, _)| name == view)
        {
            made.push(("count swapped", with(words, at + 2, column)));
        }
    }
    made
}

/// Where each condition of a WHERE begins and ends, when all of them have to hold.
fn parts(words: &[String], start: usize) -> Option<Vec<(usize, usize)>> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let mut begins = start;
    for at in start..=words.len() {
        let word = words.get(at).map(String::as_str);
        let ends = match word {
            None => true,
            Some(")") if depth == 0 => true,
            Some("GROUP" | "ORDER" | "LIMIT" | "HAVING") if depth == 0 => true,
            Some("OR") if depth == 0 => return None,
            Some("AND") if depth == 0 => {
                found.push((begins, at));
                begins = at + 1;
                false
            }
            Some("(") => {
                depth += 1;
                false
            }
            Some("CASE") => {
                depth += 1;
                false
            }
            Some(")" | "END") => {
                depth -= 1;
                false
            }
            Some(_) => false,
        };
        if ends {
            found.push((begins, at));
            return Some(found);
        }
    }
    None
}

fn conditions(words: &[String]) -> Vec<(&'static str, Words)> {
    let mut made = Vec::new();
    for at in 0..words.len() {
        if words[at] != "WHERE" {
            continue;
        }
        let Some(parts) = parts(words, at + 1) else {
            continue;
        };
        for (number, (from, to)) in parts.iter().enumerate() {
            if is_implied(words, &parts, number) || joins(&words[*from..*to]) {
                continue;
            }
            let changed = if parts.len() == 1 {
                let mut changed = without(words, *from, *to);
                changed.splice(*from..*from, ["1", "=", "1"].map(str::to_owned));
                changed
            } else if number == 0 {
                without(words, *from, *to + 1)
            } else {
                without(words, *from - 1, *to)
            };
            made.push(("condition dropped", changed));
        }
    }
    made
}

/// Nothing is lost when it is dropped: it always holds, or another condition cannot hold without it.
fn is_implied(words: &[String], parts: &[(usize, usize)], number: usize) -> bool {
    let part = |number: usize| -> &[String] {
        let (from, to): (usize, usize) = parts[number];
        &words[from..to]
    };
    let this: Vec<&str> = part(number).iter().map(String::as_str).collect();
    let others = || (0..parts.len()).filter(|other| *other != number).map(part);
    match this.as_slice() {
        ["1", "=", "1"] => true,
        [column, "IS", "NOT", "NULL"] => others().any(|other| {
            other.iter().any(|word| word == column)
                && other
                    .iter()
                    .any(|word| ["=", "<", ">", "<=", ">=", "<>"].contains(&word.as_str()))
                && !other.iter().any(|word| word == "OR")
        }),
        ["resource_type", "=", "'workspaces'"] | ["v.resource_type", "=", "'workspaces'"] => {
            // Only desktops are terminated, and in this estate only they change or come back.
            others().any(|other| {
                other
                    .iter()
                    .any(|word| word == "change" || word == "v.change")
                    && other.iter().any(|word| {
                        ["'terminated'", "'returned'", "'changed'", "'deleted'"]
                            .contains(&word.as_str())
                    })
            })
        }
        _ => false,
    }
}

/// A condition between two views' columns.
fn joins(part: &[String]) -> bool {
    let qualified = |word: &String| word.contains('.') && word.starts_with(char::is_alphabetic);
    part.len() == 3 && part[1] == "=" && qualified(&part[0]) && qualified(&part[2])
}

/// Forgets one column of a GROUP BY, or all of it.
fn groups(words: &[String]) -> Vec<(&'static str, Words)> {
    let mut made = Vec::new();
    for at in 0..words.len().saturating_sub(1) {
        if words[at] != "GROUP" || words[at + 1] != "BY" {
            continue;
        }
        let mut depth = 0_i32;
        let mut ends = at + 2;
        let mut commas = Vec::new();
        while let Some(word) = words.get(ends) {
            match word.as_str() {
                "(" => depth += 1,
                ")" if depth == 0 => break,
                ")" => depth -= 1,
                "," if depth == 0 => commas.push(ends),
                "ORDER" | "HAVING" | "LIMIT" if depth == 0 => break,
                _ => {}
            }
            ends += 1;
        }
        if let (Some(first), Some(last)) = (commas.first(), commas.last()) {
            made.push(("group dropped", without(words, at + 2, first + 1)));
            made.push(("group dropped", without(words, *last, ends)));
        } else if words.get(ends).is_none_or(|word| word != "HAVING") {
            made.push(("group dropped", without(words, at, ends)));
        }
    }
    made
}
