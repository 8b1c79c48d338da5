//! Questions that show what can be asked. A test asks each of them.

use domain::question::ExampleQuestion;

const EXAMPLES: &[(&str, &str)] = &[
    ("Count", "How many desktops are there per client?"),
    ("Unused", "Which desktops has nobody used for 60 days?"),
    ("Never used", "Which desktops were never connected to?"),
    ("Trouble", "Which desktops are unhealthy?"),
    ("Money", "How many desktops are always on, by client?"),
    ("History", "Which desktops were added this month?"),
    ("Sync", "Which syncs failed in the last 7 days?"),
    (
        "Encryption",
        "Which desktops have an unencrypted user volume?",
    ),
    ("People", "Which users have more than one desktop?"),
    ("Biggest", "Top 5 accounts by number of desktops"),
];

pub(crate) fn all() -> Vec<ExampleQuestion> {
    EXAMPLES
        .iter()
        .map(|(topic, question)| ExampleQuestion {
            topic: (*topic).to_owned(),
            question: (*question).to_owned(),
        })
        .collect()
}
