//! A month of an invented client, with everything that is hard to set: long names, letters of many
//! scripts, texts that look like formulas or markup, absent values, and nothing at all.

use domain::report::{
    Cell, Chart, ChartKind, Column, Figure, ReportDocument, ReportType, Section, Series, Table,
};
use domain::{Money, UtcTime};

const MONTHS: [&str; 12] = [
    "Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026",
    "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026",
];

const NAMES: [&str; 14] = [
    "Žofie Nováková",
    "東京 太郎",
    "=cmd|'/c calc'!A1",
    "Maximiliana Wolkenstein-Trostburg von und zu Hohenberg",
    "김민준",
    "#strong[bold] $x^2$ *star* _under_ `raw` @ref <label>",
    "Ελένη Παπαδοπούλου",
    "Дмитрий Шостакович",
    "O'Brien, Seán",
    "svc-automation-build-agent-nightly-integration-0001",
    "Nguyễn Thị Minh Khai",
    "Anna Smith",
    "髙橋 﨑子",
    "-Ola Åström",
];

/// The report of a month, with so many desktops.
pub fn monthly(desktops: usize) -> ReportDocument {
    ReportDocument {
        report_type: ReportType::Monthly,
        title: "Monthly report".into(),
        subject: "Acme Logistics & Søn, s.r.o.".into(),
        period: "October 2026".into(),
        created_at: created(),
        demo: true,
        summary: [
            "512 desktops were running at the end of October, 12 fewer than in September.",
            "They cost $18,204.77 before tax, which is $1,110.20 (5.7%) less than in September and $402.11 less than the estimate.",
            "15 changes would save about $2,310.45 a month; the largest is to stop 41 desktops that nobody has used for 60 days.",
            "Power users in Frankfurt work 9.4 hours a day on average. Their desktops are on monthly billing, which is right for them.",
            "3 accounts could not be read between 12 and 14 October because their role had been removed; figures for those days are taken from the days around them, and are marked as estimates wherever they appear in this report, including in the totals of the cost section, the ranking of directories and the list of desktops, where the column \"last connected\" may therefore be up to two days older than it would otherwise have been, and nobody should draw a conclusion from it about a single person.",
            "No desktop is encrypted with a key that is about to expire.",
        ]
        .map(String::from)
        .to_vec(),
        figures: figures(),
        sections: vec![costs(), savings(), inventory(desktops), changes(), empty()],
        method: [
            "The inventory was read on 1 November 2026 at 05:40 UTC; the oldest account is 31 minutes older.",
            "Costs are list prices of AWS times the hours that each desktop was running. They hold no tax, no support and no discounts.",
            "Invoices are what Cost Explorer says, and come up to 48 hours late.",
            "A desktop counts as unused when nobody has connected for 60 days.",
        ]
        .map(String::from)
        .to_vec(),
    }
}

/// A report about nothing.
pub fn bare() -> ReportDocument {
    ReportDocument {
        report_type: ReportType::Inventory,
        title: "Inventory".into(),
        subject: "Acme".into(),
        period: "1 November 2026".into(),
        created_at: created(),
        demo: false,
        summary: Vec::new(),
        figures: Vec::new(),
        sections: Vec::new(),
        method: Vec::new(),
    }
}

pub fn section(title: &str, tables: Vec<Table>) -> Section {
    Section {
        title: title.into(),
        sentences: Vec::new(),
        charts: Vec::new(),
        tables,
    }
}

/// Columns by name, label and weight.
pub fn table(title: &str, columns: &[(&str, &str, u8)], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        title: title.into(),
        columns: columns
            .iter()
            .map(|&(name, label, weight)| Column {
                name: name.into(),
                label: label.into(),
                weight,
            })
            .collect(),
        rows,
        total: None,
    }
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn dollars(dollars: f64) -> Cell {
    Cell::Money(Money::from_dollars(dollars))
}

fn created() -> UtcTime {
    UtcTime::from_unix(1_793_512_800)
}

fn figures() -> Vec<Figure> {
    let figure = |label: &str, value, note: Option<&str>| Figure {
        label: label.into(),
        value,
        note: note.map(String::from),
    };
    vec![
        figure(
            "Desktops",
            Cell::Integer(512),
            Some("12 fewer than in September"),
        ),
        figure("Cost", dollars(18_204.77), Some("invoice, before tax")),
        figure(
            "Possible savings a month",
            dollars(2_310.45),
            Some("estimate"),
        ),
        figure("Used in the last 30 days", Cell::Share(0.873), None),
        figure(
            "Hours a user and day",
            Cell::Decimal {
                number: 7.4,
                digits: 1,
            },
            Some("working days only"),
        ),
    ]
}

fn series(label: &str, value: impl Fn(usize) -> Option<f64>) -> Series {
    Series {
        label: label.into(),
        values: (0..MONTHS.len()).map(value).collect(),
    }
}

fn chart(title: &str, kind: ChartKind, unit: &str, series: Vec<Series>) -> Chart {
    Chart {
        title: title.into(),
        kind,
        unit: unit.into(),
        labels: MONTHS.map(String::from).to_vec(),
        series,
    }
}

fn costs() -> Section {
    let invoice =
        |month: usize| (month != 3 && month < 11).then_some(14_000.0 + 431.7 * month as f64);
    let desktops = |month: usize| Some(430.0 + (month * month) as f64 / 1.6);
    let ranking = Chart {
        labels: [
            "d-906734e3ae corp.acme-logistics.example",
            "Frankfurt",
            "Ireland",
            "Sydney",
            "Unknown",
        ]
        .map(String::from)
        .to_vec(),
        series: vec![Series {
            label: "Cost".into(),
            values: vec![
                Some(9_120.4),
                Some(5_004.0),
                Some(2_210.37),
                Some(870.0),
                None,
            ],
        }],
        ..chart("Cost by directory", ChartKind::Ranking, "USD", Vec::new())
    };
    Section {
        title: "Costs".into(),
        sentences: vec![
            "October is estimated until AWS has closed the month. There is no invoice for February: the account moved to another payer.".into(),
        ],
        charts: vec![
            chart(
                "Cost by month",
                ChartKind::StackedBars,
                "USD",
                vec![
                    series("Invoice", invoice),
                    series("Estimate, not yet invoiced", |month| match month {
                        10 => Some(900.0),
                        11 => Some(18_204.77),
                        _ => None,
                    }),
                ],
            ),
            chart(
                "Desktops and users",
                ChartKind::Line,
                "desktops",
                vec![
                    series("Desktops", desktops),
                    series("Used", |month| (!(5..7).contains(&month) && month != 8).then_some(380.0 + month as f64 * 4.0)),
                ],
            ),
            chart(
                "Saved and added by changes",
                ChartKind::Bars,
                "USD",
                vec![
                    series("Saved", |month| Some(120.0 + 37.0 * (month % 5) as f64)),
                    series("Added", |month| (month % 4 != 1).then(|| -40.0 - 11.5 * (month % 3) as f64)),
                ],
            ),
            ranking,
        ],
        tables: Vec::new(),
    }
}

fn savings() -> Section {
    let rows = (0..15).map(|index| {
        vec![
            text(NAMES[index % NAMES.len()]),
            text(&format!("ws-{:09x}", 0x1f3_a5c7 + index * 7919)),
            text(
                [
                    "Stop: unused for 60 days",
                    "Bill by the hour",
                    "Use a smaller bundle (Standard in place of Performance)",
                ][index % 3],
            ),
            Cell::Integer(12 * index as i64),
            dollars(41.5 + 13.25 * index as f64),
        ]
    });
    let columns = [
        ("user_name", "User", 3),
        ("workspace_id", "Desktop", 2),
        ("advice", "Advice", 4),
        ("hours", "Hours in October", 1),
        ("saving_usd", "Saving a month", 1),
    ];
    Section {
        sentences: vec!["Each is worked out from the hours of the last three months.".into()],
        ..section(
            "Savings",
            vec![Table {
                total: Some(vec![
                    text("Total"),
                    Cell::Empty,
                    Cell::Empty,
                    Cell::Integer(1260),
                    dollars(2_013.75),
                ]),
                ..table("Advice", &columns, rows.collect())
            }],
        )
    }
}

fn inventory(desktops: usize) -> Section {
    let row = |index: usize| {
        let last = created().plus_seconds(-(index as i64) * 7_261);
        vec![
            text(NAMES[index % NAMES.len()]),
            text(&format!("ws-{:09x}", 0x0bad_cafe_usize + index * 104_729)),
            text(&format!("WSAMZN-{:08X}", 0x51C0_FFEE_usize + index)),
            text(["eu-central-1", "eu-west-1", "ap-southeast-2"][index % 3]),
            text(["AUTO_STOP", "ALWAYS_ON"][index % 2]),
            text(
                [
                    "Standard with Windows 11 (Server 2025 based)",
                    "Performance",
                    "GraphicsPro.g4dn",
                ][index % 3],
            ),
            if index.is_multiple_of(7) {
                Cell::Empty
            } else {
                Cell::Time(last)
            },
            Cell::Day(last.plus_days(-400).day()),
            Cell::Flag(index.is_multiple_of(3)),
            Cell::Decimal {
                number: (index % 160) as f64 * 1.17,
                digits: 1,
            },
            dollars(7.25 + (index % 90) as f64 * 0.61),
        ]
    };
    let columns = [
        ("user_name", "User", 4),
        ("workspace_id", "Desktop", 3),
        ("computer_name", "Computer", 3),
        ("region", "Region", 2),
        ("running_mode", "Running mode", 2),
        ("bundle_name", "Bundle", 4),
        ("last_connected_at", "Last connected", 2),
        ("created_on", "Created", 2),
        ("encrypted", "Encrypted", 1),
        ("billable_hours", "Billable hours", 1),
        ("cost_usd", "Cost", 1),
    ];
    let rows = (0..desktops).map(row).collect();
    section("Desktops", vec![table("Desktops", &columns, rows)])
}

fn changes() -> Section {
    let columns = [("at", "When", 1), ("what", "What", 3)];
    section(
        "Changes",
        vec![table("Changes of desktops", &columns, Vec::new())],
    )
}

fn empty() -> Section {
    section("Incidents", Vec::new())
}
