//! Bundles: the standard ones AWS offers in every region, and the few each client has made.

use std::sync::Arc;

use crate::clock::{DAY, Millis};
use crate::dice::{Dice, hash};

/// Every compute type a WorkSpace can have.
pub const COMPUTE_TYPES: &[&str] = &[
    "VALUE",
    "STANDARD",
    "PERFORMANCE",
    "POWER",
    "GRAPHICS",
    "POWERPRO",
    "GENERALPURPOSE_4XLARGE",
    "GENERALPURPOSE_8XLARGE",
    "GRAPHICSPRO",
    "GRAPHICS_G4DN",
    "GRAPHICSPRO_G4DN",
    "GRAPHICS_G6_XLARGE",
    "GRAPHICS_G6_2XLARGE",
    "GRAPHICS_G6_4XLARGE",
    "GRAPHICS_G6_8XLARGE",
    "GRAPHICS_G6_16XLARGE",
    "GRAPHICS_GR6_4XLARGE",
    "GRAPHICS_GR6_8XLARGE",
    "GRAPHICS_G6F_LARGE",
    "GRAPHICS_G6F_XLARGE",
    "GRAPHICS_G6F_2XLARGE",
    "GRAPHICS_G6F_4XLARGE",
    "GRAPHICS_GR6F_4XLARGE",
];

#[derive(Clone, Debug)]
pub struct Bundle {
    pub id: Arc<str>,
    pub name: String,
    pub owner: Arc<str>,
    pub description: String,
    pub image: String,
    pub compute: &'static str,
    pub os: &'static str,
    pub protocol: &'static str,
    pub root_gib: u16,
    pub user_gib: u16,
    pub created: Millis,
    pub updated: Millis,
}

pub const AMAZON: &str = "AMAZON";

/// Name, compute, root GiB, user GiB, and how common it is in a believable estate.
const SIZES: &[(&str, &str, u16, u16, u32)] = &[
    ("Value", "VALUE", 80, 10, 14),
    ("Standard", "STANDARD", 80, 50, 40),
    ("Performance", "PERFORMANCE", 80, 100, 24),
    ("Power", "POWER", 175, 100, 12),
    ("PowerPro", "POWERPRO", 175, 100, 5),
    (
        "General Purpose (4XL)",
        "GENERALPURPOSE_4XLARGE",
        175,
        100,
        1,
    ),
    ("Graphics.g4dn", "GRAPHICS_G4DN", 100, 100, 2),
    ("GraphicsPro.g4dn", "GRAPHICSPRO_G4DN", 100, 100, 1),
    ("Graphics.g6 (XL)", "GRAPHICS_G6_XLARGE", 100, 100, 1),
];

const SYSTEMS: &[(&str, &str, &str, u32)] = &[
    (
        "Windows 10 (Server 2022 based)",
        "WINDOWS_SERVER_2022",
        "WSP",
        60,
    ),
    (
        "Windows 10 (Server 2019 based)",
        "WINDOWS_SERVER_2019",
        "PCOIP",
        30,
    ),
    ("Ubuntu 22.04", "UBUNTU_22_04", "WSP", 10),
];

/// The standard bundles of a region with their weight, the same for every account as in AWS.
pub fn standard(region: &str, seed: u64) -> Vec<(u32, Bundle)> {
    let mut dice = Dice::new(seed).fork("bundles").fork(region);
    let owner: Arc<str> = AMAZON.into();
    let mut bundles = Vec::new();
    for (system, os, protocol, system_weight) in SYSTEMS {
        for (size, compute, root_gib, user_gib, weight) in SIZES {
            let created = 16_500 * DAY + dice.below(2000) as Millis * DAY;
            bundles.push((
                system_weight * weight,
                Bundle {
                    id: format!("wsb-{}", dice.base36(9)).into(),
                    name: format!("{size} with {system}"),
                    owner: owner.clone(),
                    description: format!("{size} bundle with {system} and {root_gib} GB root, {user_gib} GB user volume"),
                    image: format!("wsi-{}", dice.base36(9)),
                    compute,
                    os,
                    protocol,
                    root_gib: *root_gib,
                    user_gib: *user_gib,
                    created,
                    updated: created + dice.below(900) as Millis * DAY,
                },
            ));
        }
    }
    bundles
}

/// One or two images a client has made, each on the back of a standard bundle.
pub fn custom(
    account: &str,
    slug: &str,
    from: &[(u32, Bundle)],
    dice: &mut Dice,
) -> Vec<(u32, Bundle)> {
    (0..dice.between(1, 2))
        .map(|n| {
            let base = dice.weighted(from).clone();
            let purpose = if n == 0 { "office" } else { "finance" };
            let created = 18_900 * DAY + (hash(account) % 900) as Millis * DAY;
            let weight = from.iter().map(|(weight, _)| weight).sum::<u32>() / 6;
            (
                weight,
                Bundle {
                    id: format!("wsb-{}", dice.base36(9)).into(),
                    name: format!("{slug}-{purpose}"),
                    owner: account.into(),
                    description: format!("{} image for {purpose} staff", slug),
                    image: format!("wsi-{}", dice.base36(9)),
                    created,
                    updated: created + dice.below(300) as Millis * DAY,
                    ..base
                },
            )
        })
        .collect()
}
