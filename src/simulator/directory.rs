//! Directories registered with WorkSpaces, in the three shapes AWS has for Active Directory.

use crate::desktop::Tag;
use crate::dice::{Dice, hash};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AdConnector,
    MicrosoftAd,
    SimpleAd,
}

impl Kind {
    /// AWS reports its own Microsoft AD as SIMPLE_AD, as it does Simple AD itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdConnector => "AD_CONNECTOR",
            Self::MicrosoftAd | Self::SimpleAd => "SIMPLE_AD",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Directory {
    pub id: String,
    pub alias: String,
    pub name: String,
    pub registration_code: String,
    pub subnets: [String; 2],
    pub dns: [String; 2],
    pub customer_user: &'static str,
    pub iam_role: String,
    pub kind: Kind,
    pub security_group: String,
    pub internet: bool,
    pub local_admin: bool,
    pub maintenance: bool,
    pub default_ou: String,
    pub web_access: bool,
    pub self_service: bool,
    pub ip_group: Option<String>,
    pub tags: Vec<Tag>,
    /// The /16 its desktops get their addresses from: 10.x.0.0.
    pub network: u8,
}

impl Directory {
    pub fn roll(account: &str, slug: &str, region: &str, number: usize, dice: &mut Dice) -> Self {
        let kind = *dice.weighted(&[
            (5, Kind::AdConnector),
            (4, Kind::MicrosoftAd),
            (2, Kind::SimpleAd),
        ]);
        let site: String = region.chars().filter(char::is_ascii_alphanumeric).collect();
        let suffix = if number == 0 {
            String::new()
        } else {
            format!("{}", number + 1)
        };
        let name = match kind {
            Kind::AdConnector => format!("ad{suffix}.{slug}.internal"),
            Kind::MicrosoftAd => format!("corp{suffix}.{slug}.local"),
            Kind::SimpleAd => format!("desk{suffix}.{slug}.local"),
        };
        let default_ou = format!(
            "OU=WorkSpaces,{}",
            name.split('.')
                .map(|part| format!("DC={part}"))
                .collect::<Vec<_>>()
                .join(",")
        );
        // Neighbouring directories get neighbouring networks, so that no address is given twice.
        let network = 16 + ((hash(account) ^ hash(region)).wrapping_add(number as u64) % 200) as u8;
        Self {
            id: format!("d-{}", dice.hex(10)),
            alias: format!("{slug}-{site}{suffix}"),
            registration_code: format!("WS{}+{}", airport(region), dice.upper36(6)),
            subnets: [
                format!("subnet-{}", dice.hex(17)),
                format!("subnet-{}", dice.hex(17)),
            ],
            dns: [
                format!("10.{network}.0.{}", dice.between(10, 250)),
                format!("10.{network}.64.{}", dice.between(10, 250)),
            ],
            customer_user: if kind == Kind::AdConnector {
                "svc-workspaces"
            } else {
                "Administrator"
            },
            iam_role: format!("arn:aws:iam::{account}:role/workspaces_DefaultRole"),
            kind,
            security_group: format!("sg-{}", dice.hex(17)),
            internet: dice.chance(0.3),
            local_admin: dice.chance(0.4),
            maintenance: dice.chance(0.8),
            default_ou,
            web_access: dice.chance(0.35),
            self_service: dice.chance(0.5),
            ip_group: dice
                .chance(0.3)
                .then(|| format!("wsipg-{}", dice.base36(9))),
            tags: vec![Tag {
                key: "Client".into(),
                value: slug.into(),
            }],
            name,
            network,
        }
    }
}

/// Registration codes carry the airport of their region.
fn airport(region: &str) -> &'static str {
    match region {
        "us-east-1" => "iad",
        "us-west-2" => "pdx",
        "eu-west-1" => "dub",
        "eu-west-2" => "lhr",
        "eu-central-1" => "fra",
        "ca-central-1" => "yul",
        "ap-southeast-1" => "sin",
        "ap-southeast-2" => "syd",
        "ap-northeast-1" => "nrt",
        "ap-northeast-2" => "icn",
        "ap-south-1" => "bom",
        "sa-east-1" => "gru",
        "af-south-1" => "cpt",
        "il-central-1" => "tlv",
        "us-gov-west-1" => "pdt",
        "us-gov-east-1" => "osu",
        _ => "xxx",
    }
}
