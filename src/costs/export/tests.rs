use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const ACME: &str = "111122223333";
const HEAD: &str = "bill_invoice_id,line_item_usage_account_id,line_item_usage_start_date,line_item_usage_end_date,\
line_item_product_code,line_item_usage_type,line_item_unblended_cost,line_item_usage_amount,line_item_resource_id,\
line_item_currency_code,pricing_unit,product\n";

fn row(account: &str, start: &str, end: &str, cost: &str, resource: &str) -> String {
    format!(
        "INV,{account},2026-10-{start}Z,2026-10-{end}Z,AmazonWorkSpaces,EUW1-AW-HW-2-AutoStop-Usage,{cost},1,\
         {resource},USD,Hrs,\"{{\"\"product_name\"\":\"\"Amazon WorkSpaces\"\"}}\"\n"
    )
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn wanted() -> HashSet<AccountId> {
    [ACME.parse().unwrap()].into()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn shown(export: &Export) -> Vec<String> {
    let all = export.accounts.iter().flat_map(|(_, lines)| lines);
    all.map(|line| {
        let desktop = line.workspace_id.as_deref().unwrap_or("-");
        let quantity = line.quantity.unwrap_or(-1.0);
        format!(
            "{}..{} {desktop} {} {quantity} {}",
            line.starts_on, line.ends_on, line.amount, line.estimated
        )
    })
    .collect()
}

fn sample() -> String {
    let arn = format!("arn:aws:workspaces:eu-west-1:{ACME}:workspace/ws-1");
    [
        HEAD.to_owned(),
        row(ACME, "01T00:00:00", "01T01:00:00", "0.30", &arn),
        row(ACME, "01T23:00:00", "02T00:00:00", "0.30", &arn),
        row(ACME, "01T08:00:00", "01T09:00:00", "0.25", "ws-2"),
        row(ACME, "02T08:00:00", "02T09:00:00", "0.25", ""),
        row("999999999999", "02T08:00:00", "02T09:00:00", "7", "ws-9"),
    ]
    .concat()
}

const EXPECTED: [&str; 4] = [
    "2026-10-01..2026-10-02 - $0.85 3 false",
    "2026-10-02..2026-10-03 - $0.25 1 false",
    "2026-10-01..2026-10-02 ws-1 $0.60 2 false",
    "2026-10-01..2026-10-02 ws-2 $0.25 1 false",
];

#[test]
fn hours_become_days_of_the_whole_and_of_each_desktop() {
    for bytes in [sample().into_bytes(), gzip(&sample())] {
        let export = read(file(&bytes), &wanted()).unwrap();
        assert_eq!(shown(&export), EXPECTED);
        assert_eq!(
            (
                export.lines_read,
                export.lines_of_others,
                export.other_accounts
            ),
            (5, 1, 1)
        );
        let line = &export.accounts[0].1[0];
        assert_eq!(
            (line.service.as_str(), line.region.as_deref()),
            ("Amazon WorkSpaces", Some("eu-west-1"))
        );
    }
}

#[test]
fn the_parts_of_an_export_follow_each_other() {
    let arn_rows = sample();
    let (first, rest) = arn_rows.split_at(arn_rows.find("INV,111122223333,2026-10-02").unwrap());
    let second = format!("{HEAD}{rest}");
    for bytes in [
        format!("{first}{second}").into_bytes(),
        [gzip(first), gzip(&second)].concat(),
    ] {
        assert_eq!(shown(&read(file(&bytes), &wanted()).unwrap()), EXPECTED);
    }
}

#[test]
fn the_older_report_names_its_columns_otherwise() {
    let text = format!(
        "bill/InvoiceId,lineItem/UsageAccountId,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,\
         lineItem/UsageType,lineItem/UnblendedCost,product/ProductName,product/region\n\
         ,{ACME},2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,AWSDirectoryService,USE1-Fee,12.5,AWS Directory Service,us-east-1\n"
    );
    let export = read(file(text.as_bytes()), &wanted()).unwrap();
    let line = &export.accounts[0].1[0];
    assert_eq!(
        (line.starts_on.as_str(), line.ends_on.as_str()),
        ("2026-11-01", "2026-12-01")
    );
    assert_eq!(
        (line.service.as_str(), line.estimated),
        ("AWS Directory Service", true)
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let good = row(ACME, "01T00:00:00", "01T01:00:00", "0.30", "ws-1");
    let gzipped = gzip(&sample());
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "the file is empty"),
        (
            b"a,b\n1,2\n".to_vec(),
            "the column line_item_usage_account_id is missing",
        ),
        (
            [
                HEAD,
                &good,
                &row(ACME, "01T00:00:00", "01T01:00:00", "free", "ws-1"),
            ]
            .concat()
            .into_bytes(),
            "line 3: line_item_unblended_cost is \"free\", which is no number",
        ),
        (
            [HEAD, &row(ACME, "41T00:00:00", "01T01:00:00", "1", "ws-1")]
                .concat()
                .into_bytes(),
            "line 2: line_item_usage_start_date is \"2026-10-41T00:00:00Z\", which is no time",
        ),
        (
            [HEAD, &good.replace("USD", "EUR")].concat().into_bytes(),
            "line 2: the amount is in EUR",
        ),
        (
            [HEAD, &good, "INV,1111"].concat().into_bytes(),
            "line 3: it has 2 cells where the headings have 12",
        ),
        (
            [HEAD.as_bytes(), b"\xff\xfe,1,2,3,4,5,6,7,8,9,10,11\n"].concat(),
            "line 2: it is no text in UTF-8",
        ),
        (
            gzipped[..gzipped.len() - 20].to_vec(),
            "the file is damaged from here on",
        ),
        (
            b"PAR1 and no more".to_vec(),
            "the Parquet file cannot be read",
        ),
    ];
    for (bytes, expected) in cases {
        let error = read(file(&bytes), &wanted()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?}, not {expected:?}");
    }
}

#[test]
fn too_much_is_refused_before_it_fills_the_memory() {
    let wanted = wanted();
    let mut sums = Sums::new(&wanted).holding(3);
    let error = text::read(sample().as_bytes(), &mut sums)
        .unwrap_err()
        .to_string();
    assert!(error.contains("month by month"), "{error}");
}

/// As Data Exports writes it: text, doubles, times in milliseconds.
fn parquet() -> Vec<u8> {
    use ::parquet::basic::Compression;
    use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;

    let schema = "message cur {
        optional binary line_item_usage_account_id (UTF8);
        optional int64 line_item_usage_start_date (TIMESTAMP_MILLIS);
        optional int64 line_item_usage_end_date (TIMESTAMP_MILLIS);
        optional binary line_item_product_code (UTF8);
        optional binary line_item_usage_type (UTF8);
        optional double line_item_unblended_cost;
        optional binary line_item_resource_id (UTF8);
        optional double unrelated;
    }";
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let hour = |day: i64| (20_727 + day) * 86_400_000;
    let mut place = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        let texts = |texts: [&str; 2]| texts.map(|text| ByteArray::from(text.as_bytes().to_vec()));
        match place {
            0 => column.typed::<ByteArrayType>().write_batch(
                &texts([ACME, "999999999999"]),
                Some(&[1, 1]),
                None,
            ),
            1 => column
                .typed::<Int64Type>()
                .write_batch(&[hour(0), hour(0)], Some(&[1, 1]), None),
            2 => column.typed::<Int64Type>().write_batch(
                &[hour(0) + 3_600_000, hour(1)],
                Some(&[1, 1]),
                None,
            ),
            3 => column.typed::<ByteArrayType>().write_batch(
                &texts(["AmazonWorkSpaces"; 2]),
                Some(&[1, 1]),
                None,
            ),
            4 => column.typed::<ByteArrayType>().write_batch(
                &texts(["EUW1-x"; 2]),
                Some(&[1, 1]),
                None,
            ),
            5 => column
                .typed::<DoubleType>()
                .write_batch(&[0.30, 0.1], Some(&[1, 1]), None),
            6 => column.typed::<ByteArrayType>().write_batch(
                &texts(["ws-1", "ws-9"]),
                Some(&[1, 1]),
                None,
            ),
            _ => column
                .typed::<DoubleType>()
                .write_batch(&[], Some(&[0, 0]), None),
        }
        .unwrap();
        column.close().unwrap();
        place += 1;
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_parquet_file_gives_the_same() {
    let export = read(file(&parquet()), &wanted()).unwrap();
    assert_eq!((export.lines_read, export.lines_of_others), (2, 1));
    assert_eq!(
        shown(&export),
        [
            "2026-10-01..2026-10-02 - $0.30 -1 true",
            "2026-10-01..2026-10-02 ws-1 $0.30 -1 true"
        ]
    );
}
