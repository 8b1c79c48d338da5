//! Who did what in the period, as CloudTrail has it.

use domain::listing::{MAX_LIMIT, PageRequest};
use domain::report::{Cell, Section, Table};
use domain::trail::{EventFilter, KeptEvent};
use store::{Db, StoreError};

use super::{Order, Part, columns, text};

/// More events than anybody reads; the newest are told, and the sentence says so.
const MOST: usize = 2_000;

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let filter = EventFilter {
        from: Some(order.from),
        to: Some(order.to),
        ..EventFilter::default()
    };
    let mut request = PageRequest {
        limit: MAX_LIMIT,
        ..PageRequest::default()
    };
    let (mut rows, mut total) = (Vec::new(), 0);
    while rows.len() < MOST {
        let page = store::trail::list(db, &order.scope, &filter, &request).await?;
        total = page.total;
        rows.extend(page.items.iter().map(row));
        match page.next_cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => break,
        }
    }
    rows.truncate(MOST);
    let mut sentences = vec![format!("{total} changes were made or tried in the period.")];
    if total > rows.len() as u64 {
        sentences.push(format!("The newest {} are listed.", rows.len()));
    }
    Ok(Part {
        section: Some(Section {
            title: "Activity".to_owned(),
            sentences,
            charts: Vec::new(),
            tables: vec![Table {
                title: "Activity".to_owned(),
                columns: columns(&[
                    ("event_time", "When (UTC)", 3),
                    ("user_name", "Who", 3),
                    ("event_name", "What", 4),
                    ("workspace_ids", "Desktops", 4),
                    ("source_ip", "From", 2),
                    ("error_code", "Refused", 2),
                ]),
                rows,
                total: None,
            }],
        }),
        method: vec!["Activity is CloudTrail's record of calls that change WorkSpaces, kept since stocktake first read it.".to_owned()],
        ..Part::default()
    })
}

fn row(of: &KeptEvent) -> Vec<Cell> {
    let event = &of.event;
    let desktops = match event.workspace_ids.as_slice() {
        [] => Cell::Empty,
        [one] => Cell::Text(one.clone()),
        [first, rest @ ..] => Cell::Text(format!("{first} and {} more", rest.len())),
    };
    vec![
        Cell::Time(event.event_time),
        text(event.user_name.as_ref()),
        Cell::Text(event.event_name.clone()),
        desktops,
        text(event.source_ip.as_ref()),
        text(event.error_code.as_ref()),
    ]
}
