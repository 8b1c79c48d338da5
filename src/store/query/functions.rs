//! The text functions whose engine versions search byte by byte at every position, so that two long
//! texts keep one call busy for longer than any deadline: the engine looks at the clock between its
//! steps, not inside a function. These answer the same, search in one pass, and look at the clock.

use std::borrow::Cow;
use std::collections::HashSet;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

use super::Clock;

/// The longest text or blob a query may have in hand. The longest values of the views, a desktop's
/// tags, stay below 100 kB.
pub(super) const MAX_VALUE: usize = 200_000;

type Body = fn(&Context<'_>) -> Result<Value>;

pub(super) fn install(raw: &Connection, clock: &Clock) -> Result<()> {
    let functions: [(&str, i32, Body); 8] = [
        ("instr", 2, instr),
        ("replace", 3, replace),
        ("trim", 1, |context| trim(context, true, true)),
        ("trim", 2, |context| trim(context, true, true)),
        ("ltrim", 1, |context| trim(context, true, false)),
        ("ltrim", 2, |context| trim(context, true, false)),
        ("rtrim", 1, |context| trim(context, false, true)),
        ("rtrim", 2, |context| trim(context, false, true)),
    ];
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    for (name, arguments, body) in functions {
        let clock = clock.clone();
        raw.create_scalar_function(name, arguments, flags, move |context| {
            if clock.over() {
                return Err(failed("the deadline has passed"));
            }
            if (0..context.len()).any(|index| context.get_raw(index) == ValueRef::Null) {
                return Ok(Value::Null);
            }
            body(context)
        })?;
    }
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::UserFunctionError(why.into())
}

fn text<'a>(context: &'a Context<'_>, index: usize) -> Result<Cow<'a, str>> {
    match context.get_raw(index) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(String::from_utf8_lossy(bytes)),
        ValueRef::Integer(number) => Ok(number.to_string().into()),
        // The engine's own way of writing them is not at hand here, and another would differ.
        ValueRef::Real(_) | ValueRef::Null => Err(failed(
            "instr, replace and trim take texts; write cast(x AS text) for a number",
        )),
    }
}

/// Where the second begins in the first, counted from 1; 0 when it is not there.
fn instr(context: &Context<'_>) -> Result<Value> {
    let (within, wanted) = (text(context, 0)?, text(context, 1)?);
    let found = within
        .find(wanted.as_ref())
        .map_or(0, |at| within[..at].chars().count() + 1);
    Ok(Value::Integer(i64::try_from(found).unwrap_or(i64::MAX)))
}

fn replace(context: &Context<'_>) -> Result<Value> {
    let (within, old, new) = (text(context, 0)?, text(context, 1)?, text(context, 2)?);
    if old.is_empty() {
        return Ok(Value::Text(within.into_owned()));
    }
    let mut made = String::new();
    let mut rest = 0;
    for (at, _) in within.match_indices(old.as_ref()) {
        made.push_str(&within[rest..at]);
        made.push_str(&new);
        rest = at + old.len();
        if made.len() > MAX_VALUE {
            return Err(failed("string or blob too big"));
        }
    }
    made.push_str(&within[rest..]);
    Ok(Value::Text(made))
}

fn trim(context: &Context<'_>, left: bool, right: bool) -> Result<Value> {
    let within = text(context, 0)?;
    let removed: HashSet<char> = if context.len() > 1 {
        text(context, 1)?.chars().collect()
    } else {
        [' '].into()
    };
    let mut kept = within.as_ref();
    if left {
        kept = kept.trim_start_matches(|c| removed.contains(&c));
    }
    if right {
        kept = kept.trim_end_matches(|c| removed.contains(&c));
    }
    Ok(Value::Text(kept.to_owned()))
}
