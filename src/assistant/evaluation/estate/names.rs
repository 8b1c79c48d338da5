//! Who and what the demo databases are about. These names are in every one of them, so that a
//! question may refer to them.

/// A client.
pub struct Client {
    pub name: &'static str,
    pub slug: &'static str,
    pub users: &'static [&'static str],
}

/// An AWS account: whose, how large, where.
pub struct Account {
    pub id: &'static str,
    pub client: usize,
    pub name: &'static str,
    pub enabled: bool,
    pub regions: &'static [&'static str],
    /// Desktops in a database of full size.
    pub desktops: u64,
}

pub const CLIENTS: &[Client] = &[
    Client {
        name: "Acme",
        slug: "acme",
        users: &[
            "jsmith",
            "anna.keller",
            "tom.becker",
            "lucy.wong",
            "p.novak",
            "carla.diaz",
            "omar.haddad",
            "nina.olsen",
            "svc-scanner",
            "b.fischer",
            "h.tanaka",
            "rita.patel",
            "felix.brandt",
            "d.murphy",
            "greta.vogel",
            "i.petrov",
            "kofi.mensah",
            "l.moreau",
            "zoe.clarke",
            "ward.quigley",
            "sam.reid",
            "eva.rossi",
        ],
    },
    Client {
        name: "Acme Labs",
        slug: "acmelabs",
        users: &[
            "r.chen",
            "lab.bench1",
            "lab.bench2",
            "k.ito",
            "sara.lindqvist",
            "m.garcia",
            "t.usman",
            "j.doe",
            "olga.zielinski",
            "p.evans",
            "w.zhang",
            "f.costa",
        ],
    },
    Client {
        name: "Globex",
        slug: "globex",
        users: &[
            "jsmith",
            "m.garcia",
            "hank.scorpio",
            "b.yamada",
            "c.delgado",
            "leila.khan",
            "r.singh",
            "v.popescu",
            "d.byrne",
            "test.user1",
            "test.user2",
            "paul.weber",
            "q.walsh",
            "noah.dahl",
            "mia.bennett",
            "t.almeida",
            "u.sato",
            "x.marino",
            "e.hughes",
            "g.ricci",
        ],
    },
    Client {
        name: "Initech",
        slug: "initech",
        users: &[
            "p.gibbons",
            "m.bolton",
            "samir.n",
            "b.lumbergh",
            "milton.w",
            "t.smykowski",
            "nina.olsen",
            "bob.slydell",
            "bob.porter",
            "drew.k",
            "joanna.a",
            "anna.keller",
            "l.chotchkie",
            "d.portwood",
            "steve.r",
        ],
    },
    Client {
        name: "Northwind Traders",
        slug: "northwind",
        users: &[
            "n.davolio",
            "a.fuller",
            "j.leverling",
            "m.peacock",
            "s.buchanan",
            "m.suyama",
            "r.king",
            "l.callahan",
            "a.dodsworth",
            "k.tamer",
            "o.larsen",
            "y.moreno",
        ],
    },
    Client {
        name: "Umbrella Health",
        slug: "umbrella",
        users: &[
            "a.wesker",
            "j.valentine",
            "c.redfield",
            "r.chambers",
            "b.burton",
            "reception1",
            "reception2",
            "ward3.desk",
            "dr.birkin",
            "l.kennedy",
            "ada.w",
        ],
    },
    Client {
        name: "O'Hara Legal",
        slug: "ohara",
        users: &[
            "k.ohara",
            "s.ohara",
            "paralegal1",
            "paralegal2",
            "m.d'arcy",
            "clerk.temp",
        ],
    },
    // A new client: nothing is onboarded for it yet.
    Client {
        name: "Contoso",
        slug: "contoso",
        users: &[],
    },
];

pub const ACCOUNTS: &[Account] = &[
    account(
        "101000000001",
        0,
        "Production",
        &["eu-west-1", "eu-central-1"],
        62,
    ),
    account("101000000002", 0, "Development", &["eu-west-1"], 26),
    // The same name for another client.
    account("102000000001", 1, "Production", &["us-east-1"], 30),
    account(
        "103000000001",
        2,
        "globex-prod",
        &["us-east-1", "us-west-2"],
        56,
    ),
    account("103000000002", 2, "globex-test", &["us-east-1"], 18),
    Account {
        enabled: false,
        ..account("103000000003", 2, "globex-legacy", &["us-west-2"], 9)
    },
    account(
        "104000000001",
        3,
        "Initech main",
        &["eu-west-1", "us-east-1"],
        48,
    ),
    account("105000000001", 4, "Northwind EU", &["eu-central-1"], 30),
    account("105000000002", 4, "Northwind APAC", &["ap-southeast-2"], 20),
    account(
        "106000000001",
        5,
        "Umbrella Clinics",
        &["eu-west-1", "eu-west-2"],
        36,
    ),
    // Onboarded and never listed.
    account("106000000002", 5, "Umbrella Archive", &[], 0),
    account("107000000001", 6, "O'Hara VDI", &["eu-west-1"], 16),
];

const fn account(
    id: &'static str,
    client: usize,
    name: &'static str,
    regions: &'static [&'static str],
    desktops: u64,
) -> Account {
    Account {
        id,
        client,
        name,
        enabled: true,
        regions,
        desktops,
    }
}

/// A bundle: its id's ending, name, compute type, disks, operating system.
pub struct Bundle {
    pub id: &'static str,
    pub name: &'static str,
    pub compute: &'static str,
    pub root: u32,
    pub user: u32,
    pub system: &'static str,
    /// Only in this account; AWS's own are everywhere.
    pub owner: Option<&'static str>,
    /// How often desktops are made from it; 0 for never.
    pub weight: u64,
}

pub const BUNDLES: &[Bundle] = &[
    bundle(
        "val10",
        "Value with Windows 10",
        "VALUE",
        80,
        10,
        "WINDOWS_SERVER_2019",
        19,
    ),
    bundle(
        "std10",
        "Standard with Windows 10",
        "STANDARD",
        80,
        50,
        "WINDOWS_SERVER_2019",
        24,
    ),
    bundle(
        "std11",
        "Standard with Windows 11",
        "STANDARD",
        80,
        50,
        "WINDOWS_SERVER_2022",
        22,
    ),
    bundle(
        "prf11",
        "Performance with Windows 11",
        "PERFORMANCE",
        80,
        100,
        "WINDOWS_SERVER_2022",
        16,
    ),
    bundle(
        "pow11",
        "Power with Windows 11",
        "POWER",
        175,
        100,
        "WINDOWS_SERVER_2022",
        10,
    ),
    bundle(
        "prfub",
        "Performance with Ubuntu 22.04",
        "PERFORMANCE",
        80,
        100,
        "UBUNTU_22_04",
        8,
    ),
    bundle(
        "grg4d",
        "Graphics.g4dn with Windows 11",
        "GRAPHICS_G4DN",
        100,
        100,
        "WINDOWS_SERVER_2022",
        6,
    ),
    Bundle {
        owner: Some("101000000001"),
        ..bundle(
            "acmfi",
            "acme-finance-v3",
            "PERFORMANCE",
            80,
            100,
            "WINDOWS_SERVER_2022",
            14,
        )
    },
    Bundle {
        owner: Some("101000000001"),
        ..bundle(
            "acmol",
            "acme-old-image",
            "STANDARD",
            80,
            50,
            "WINDOWS_SERVER_2019",
            0,
        )
    },
    Bundle {
        owner: Some("103000000001"),
        ..bundle(
            "glcad",
            "globex-cad",
            "GRAPHICS_G4DN",
            100,
            100,
            "WINDOWS_SERVER_2022",
            14,
        )
    },
    Bundle {
        owner: Some("104000000001"),
        ..bundle(
            "intps",
            "initech-tps",
            "STANDARD",
            80,
            50,
            "WINDOWS_SERVER_2019",
            16,
        )
    },
];

const fn bundle(
    id: &'static str,
    name: &'static str,
    compute: &'static str,
    root: u32,
    user: u32,
    system: &'static str,
    weight: u64,
) -> Bundle {
    Bundle {
        id,
        name,
        compute,
        root,
        user,
        system,
        owner: None,
        weight,
    }
}

/// Department, and its cost centre.
pub const DEPARTMENTS: &[(u64, (&str, &str))] = &[
    (22, ("Sales", "CC-1010")),
    (18, ("Finance", "CC-1020")),
    (18, ("Engineering", "CC-1030")),
    (12, ("Support", "CC-1040")),
    (8, ("Legal", "CC-1050")),
    (7, ("Human Resources", "CC-1060")),
    (5, ("R&D", "CC-1070")),
];

pub const ENVIRONMENTS: &[(u64, &str)] = &[(60, "prod"), (20, "test"), (15, "dev"), (5, "Prod")];

pub const OWNERS: &[&str] = &[
    "it@msp.example",
    "helpdesk",
    "k.ohara",
    "Ünal Öz",
    "100% \"temp\"",
];

pub const TEAMS: &[&str] = &[
    "Sales",
    "Finance",
    "Engineering",
    "Legal",
    "helpdesk",
    "prod",
    "test",
    "daily",
    "pilot",
];

/// The people who ask for work.
pub const TECHNICIANS: &[&str] = &["lena", "marco", "priya"];

/// A desktop that is in every database under this id, for questions that name one.
pub struct Known {
    pub id: &'static str,
    pub account: &'static str,
    pub region: &'static str,
    pub user: &'static str,
    pub computer: &'static str,
    pub state: &'static str,
}

pub const KNOWN: &[Known] = &[
    Known {
        id: "ws-7k2m9q4xz",
        account: "101000000001",
        region: "eu-west-1",
        user: "jsmith",
        computer: "ACME-LT-0042",
        state: "AVAILABLE",
    },
    Known {
        id: "ws-3f8h1n5pb",
        account: "103000000001",
        region: "us-east-1",
        user: "m.garcia",
        computer: "GLX-PC-0107",
        state: "STOPPED",
    },
    Known {
        id: "ws-9d4r6t2vw",
        account: "104000000001",
        region: "eu-west-1",
        user: "milton.w",
        computer: "INI-PC-0007",
        state: "UNHEALTHY",
    },
];
