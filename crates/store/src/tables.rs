//! The tables that an append writes: their columns, and what is done with a row.

use crate::sql::Kind::{self, Int, Text};
use crate::sql::{Table, Verb};

/// The tables that an append writes, in the order in which it does: the same for all writers, so that two of them
/// seldom wait for each other in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    NewOrders,
    Orders,
    NewDocuments,
    Documents,
    Events,
    Names,
    References,
    ProductsGone,
    Products,
    Baskets,
    Counts,
    BasketCounts,
    Answers,
    Deliveries,
}

/// How many they are.
pub(crate) const TARGETS: usize = 14;

/// All of them, in their order.
pub(crate) const TABLES: [Table; TARGETS] = [
    Table {
        name: "orders",
        verb: Verb::Insert(""),
        columns: &ORDER,
    },
    Table {
        name: "orders",
        verb: Verb::Update {
            keys: &["id", "version"],
        },
        columns: &ORDER,
    },
    Table {
        name: "documents",
        verb: Verb::Insert(""),
        columns: &DOCUMENT,
    },
    Table {
        name: "documents",
        verb: Verb::Update {
            keys: &["kind", "id", "version"],
        },
        columns: &DOCUMENT,
    },
    Table {
        name: "events",
        verb: Verb::Insert(""),
        columns: &[
            ("order_id", Int),
            ("sequence", Int),
            ("at", Int),
            ("kind", Text),
            ("body", Text),
        ],
    },
    Table {
        name: "order_names",
        verb: Verb::Insert(""),
        columns: &[("space", Text), ("name", Text), ("order_id", Int)],
    },
    Table {
        name: "order_references",
        verb: Verb::Insert(" ON CONFLICT DO NOTHING"),
        columns: &[("space", Text), ("name", Text), ("order_id", Int)],
    },
    Table {
        name: "order_products",
        verb: Verb::Delete,
        columns: &PRODUCT,
    },
    Table {
        name: "order_products",
        verb: Verb::Insert(" ON CONFLICT DO NOTHING"),
        columns: &PRODUCT,
    },
    Table {
        name: "history_baskets",
        verb: Verb::Insert(" ON CONFLICT DO NOTHING"),
        columns: &[("customer", Text), ("product", Text), ("basket", Int)],
    },
    Table {
        name: "history_counts",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, customer, level, bucket, kind, state, reseller) \
             DO UPDATE SET n = history_counts.n + excluded.n",
        ),
        columns: &[
            ("customer", Text),
            ("level", Int),
            ("bucket", Int),
            ("kind", Text),
            ("state", Text),
            ("reseller", Text),
            ("n", Int),
        ],
    },
    Table {
        name: "basket_counts",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, customer, basket, level, bucket, kind, state, reseller) \
             DO UPDATE SET n = basket_counts.n + excluded.n",
        ),
        columns: &[
            ("customer", Text),
            ("basket", Int),
            ("level", Int),
            ("bucket", Int),
            ("kind", Text),
            ("state", Text),
            ("reseller", Text),
            ("n", Int),
        ],
    },
    Table {
        name: "answers",
        verb: Verb::Insert(""),
        columns: &[
            ("scope", Text),
            ("key", Text),
            ("fingerprint", Text),
            ("status", Int),
            ("body", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "deliveries",
        verb: Verb::Insert(""),
        columns: &[
            ("id", Int),
            ("order_id", Int),
            ("kind", Text),
            ("url", Text),
            ("payload", Text),
            ("state", Text),
            ("attempts", Int),
            ("next_at", Int),
            ("outcome", Text),
            ("created_at", Int),
        ],
    },
];

const ORDER: [(&str, Kind); 16] = [
    ("id", Int),
    ("version", Int),
    ("uuid", Text),
    ("origin", Text),
    ("kind", Text),
    ("state", Text),
    ("created_at", Int),
    ("updated_at", Int),
    ("currency", Text),
    ("gross", Text),
    ("customer", Text),
    ("reseller", Text),
    ("reference", Text),
    ("wake_at", Int),
    ("snapshot", Text),
    ("basket", Int),
];

const DOCUMENT: [(&str, Kind); 8] = [
    ("kind", Text),
    ("id", Text),
    ("version", Int),
    ("owner", Text),
    ("created_at", Int),
    ("updated_at", Int),
    ("wake_at", Int),
    ("body", Text),
];

const PRODUCT: [(&str, Kind); 4] = [
    ("customer", Text),
    ("product", Text),
    ("created_at", Int),
    ("order_id", Int),
];

impl Target {
    /// Its place among them.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::NewOrders => 0,
            Self::Orders => 1,
            Self::NewDocuments => 2,
            Self::Documents => 3,
            Self::Events => 4,
            Self::Names => 5,
            Self::References => 6,
            Self::ProductsGone => 7,
            Self::Products => 8,
            Self::Baskets => 9,
            Self::Counts => 10,
            Self::BasketCounts => 11,
            Self::Answers => 12,
            Self::Deliveries => 13,
        }
    }
}
