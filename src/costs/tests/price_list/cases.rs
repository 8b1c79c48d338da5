//! `offer.json` has the shape of AWS's offer file, with rows of every kind that it is known to have.

use std::io::Write as _;

use super::{Imported, PriceListError, read_prices};
use domain::price::{Licence, PriceBook, PriceKey, System};

const OFFER: &str = include_str!("offer.json");
const OURS: &str = include_str!("../../../../assets/prices/workspaces.json");

fn refused(text: &str) -> String {
    read_prices(text.as_bytes())
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

/// A line for each cell: what it is of, its volumes, and its three prices.
fn cells(imported: &Imported) -> Vec<String> {
    let cells = imported.file.prices.iter().map(|cell| {
        format!(
            "{} {}/{}: {} or {} and {}",
            cell.key,
            cell.root_volume_gib,
            cell.user_volume_gib,
            cell.monthly,
            cell.hourly_base,
            cell.hourly
        )
    });
    cells.collect()
}

#[test]
fn rows_become_cells() {
    let imported = read_prices(OFFER.as_bytes()).unwrap();
    assert_eq!(
        cells(&imported),
        [
            "POWER Windows Included in us-east-1 80/10: $70.00 or $7.25 and $0.68",
            "POWER Windows Included in us-east-1 175/100: $78.00 or $19.00 and $0.68",
            "POWER Windows Byol in us-east-1 175/100: $74.00 or $19.00 and $0.65",
            "STANDARD Linux Included in us-east-1 80/50: $31.00 or $9.75 and $0.26",
        ]
    );
    let storage: Vec<_> = imported
        .file
        .storage
        .iter()
        .map(|cell| (&*cell.region, cell.gib_month))
        .collect();
    assert_eq!(storage, [("us-east-1", domain::Money::from_dollars(0.1))]);
    assert_eq!(imported.file.sources[0].as_of, "2026-11-20");
}

#[test]
fn what_is_not_understood_is_listed() {
    let imported = read_prices(OFFER.as_bytes()).unwrap();
    assert_eq!(
        imported.skipped,
        [
            "SKU FIXTURE000000050: the bundle \"Turbo\" is of no known compute type",
            "SKU FIXTURE000000051: the unit \"Fortnight\" is not known",
            "SKU FIXTURE000000058: it has no price in USD",
            "STANDARD Windows Included in eu-west-1 with 80/50 GiB: no hourly price of AutoStop",
            "POWERPRO Windows Included in us-east-1 with 175/100 GiB: \
             more than one monthly price of AlwaysOn: $140.00 and $141.00",
            "VALUE Windows Included in us-east-1 with 80/10 GiB: no monthly price of AlwaysOn",
        ]
    );
    assert_eq!(imported.left_out, 8);
}

#[test]
fn the_cells_serve_a_book() {
    let imported = read_prices(OFFER.as_bytes()).unwrap();
    let book = PriceBook::from_file(imported.file).unwrap();
    let key = PriceKey {
        region: "us-east-1".to_owned(),
        compute_type: "POWER".to_owned(),
        system: System::Windows,
        licence: Licence::Included,
    };
    // 25 GiB more than the largest size that AWS names.
    let price = book.find(&key, 200, 100).unwrap();
    assert_eq!(price.monthly, domain::Money::from_dollars(80.5));
    assert_eq!(price.as_of, "2026-11-20");
}

#[test]
fn terms_may_come_before_products() {
    let terms = OFFER.find("  \"terms\"").unwrap();
    let rest = OFFER.find("  \"attributesList\"").unwrap();
    let products = OFFER.find("  \"products\"").unwrap();
    let turned = [
        &OFFER[..products],
        &OFFER[terms..rest],
        OFFER[products..terms].trim_end().trim_end_matches(','),
        "\n}\n",
    ];
    let turned = read_prices(turned.concat().as_bytes()).unwrap();
    assert_eq!(
        cells(&turned),
        cells(&read_prices(OFFER.as_bytes()).unwrap())
    );
}

#[test]
fn the_list_of_another_service_is_refused_by_name() {
    let other = OFFER.replacen("AmazonWorkSpaces", "AmazonEC2", 1);
    assert_eq!(
        refused(&other),
        "the file is AWS's price list for AmazonEC2; the one for AmazonWorkSpaces is needed"
    );
    // Its name is enough: the rest of a list of gigabytes is not read.
    assert!(refused(&other[..200]).contains("AmazonEC2"));
}

#[test]
fn an_error_has_a_place_and_leaves_nothing() {
    let line = OFFER
        .lines()
        .position(|line| line.contains("YE55FXMUCR7VAU2K"))
        .unwrap()
        + 1;
    let broken = OFFER.replacen("\"YE55FXMUCR7VAU2K\" :", "\"YE55FXMUCR7VAU2K\" ;", 1);
    assert_eq!(
        refused(&broken),
        format!("line {line}, column 24: expected `:`")
    );

    let broken = OFFER.replacen(
        "\"usagetype\": \"AW-HW-8-AutoStop-User\"",
        "\"usagetype\": 8",
        1,
    );
    let message = refused(&broken);
    assert!(
        message.starts_with(&format!("line {line}, column ")),
        "{message}"
    );
    assert!(
        message.ends_with("invalid type: integer `8`, expected a string"),
        "{message}"
    );
}

#[test]
fn a_truncated_file_is_refused() {
    let cut = &OFFER[..OFFER.len() / 2];
    let line = cut.lines().count();
    assert!(matches!(
        read_prices(cut.as_bytes()),
        Err(PriceListError::Truncated { line: at, .. }) if at == line
    ));
    assert!(matches!(
        read_prices(&b""[..]),
        Err(PriceListError::Truncated { .. })
    ));
    assert_eq!(
        refused(&format!("{OFFER}{{}}")),
        format!("line {}, column 1: trailing characters", lines() + 1)
    );
}

fn lines() -> usize {
    OFFER.lines().count()
}

#[test]
fn a_packed_file_is_read_as_it_is() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(OFFER.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(read_prices(&packed[..]).unwrap().file.prices.len(), 4);
    let cut = read_prices(&packed[..packed.len() / 2]);
    assert!(matches!(
        cut,
        Err(PriceListError::Read(_) | PriceListError::Truncated { .. })
    ));
}

#[test]
fn a_price_file_of_ours_is_read_too() {
    let imported = read_prices(OURS.as_bytes()).unwrap();
    let builtin = PriceBook::builtin();
    assert_eq!(imported.file.prices.len(), builtin.file().prices.len());
    assert!(imported.skipped.is_empty());

    let unknown = OURS.replacen("\"currency\"", "\"colour\": \"red\",\n  \"currency\"", 1);
    assert!(refused(&unknown).ends_with("unknown field \"colour\""));
    let unknown = OURS.replacen("\"sources\"", "\"colour\": \"red\",\n  \"sources\"", 1);
    assert!(
        refused(&unknown).starts_with("line 3, column 11: "),
        "{}",
        refused(&unknown)
    );
    let euros = OURS.replacen("USD", "EUR", 1);
    assert_eq!(
        refused(&euros),
        "the price file is in EUR; only USD is known"
    );
    assert!(
        refused(r#"{"currency": "USD", "sources": [], "prices": []}"#)
            .ends_with("missing field `storage`")
    );
}

#[test]
fn a_file_of_another_kind_is_refused() {
    assert_eq!(
        refused(r#"{"name": "stocktake"}"#),
        "the file is neither AWS's price list (it has no offerCode) nor a price file of stocktake"
    );
    assert!(refused("[1, 2]").contains("expected a file of prices"));
    assert_eq!(
        refused("SKU,OfferTermCode\n"),
        "line 1, column 1: expected value"
    );
    let undated = OFFER.replacen("2026-11-20T17:04:11Z", "soon", 1);
    assert!(matches!(
        read_prices(undated.as_bytes()),
        Err(PriceListError::NoDate)
    ));
    let empty = r#"{"offerCode": "AmazonWorkSpaces", "publicationDate": "2026-11-20T17:04:11Z", "products": {}}"#;
    assert!(matches!(
        read_prices(empty.as_bytes()),
        Err(PriceListError::NoPrices)
    ));
}
