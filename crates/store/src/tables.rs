//! The tables that an append writes: their columns, and what is done with a row.

use crate::sql::Kind::{self, Int, Text};
use crate::sql::{Table, Verb};

/// The tables that an append writes, in the order in which it does: the same for all writers, so that two of them
/// seldom wait for each other in a circle. From the follower to the calls of webhooks, they are written by the journal's
/// follower alone; the trail comes last.
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
    Unfollowed,
    Answers,
    Deliveries,
    Follower,
    Followed,
    Feed,
    FeedDays,
    SearchOrders,
    SearchTermsGone,
    SearchTerms,
    SearchSorts,
    Totals,
    Seen,
    SeenTerms,
    HookDeliveries,
    Audit,
}

/// How many they are.
pub(crate) const TARGETS: usize = 28;

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
        name: "unfollowed",
        verb: Verb::Insert(""),
        columns: &[("order_id", Int), ("first", Int), ("last", Int)],
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
    Table {
        name: "followers",
        verb: Verb::Update { keys: &["version"] },
        columns: &[("version", Int), ("position", Int)],
    },
    Table {
        name: "unfollowed",
        verb: Verb::Delete,
        columns: &[("order_id", Int), ("first", Int)],
    },
    Table {
        name: "feed",
        verb: Verb::Insert(""),
        columns: &[("position", Int), ("order_id", Int), ("sequence", Int)],
    },
    Table {
        name: "feed_days",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, day) DO UPDATE SET \
             first = CASE WHEN excluded.first < feed_days.first THEN excluded.first ELSE feed_days.first END, \
             last = CASE WHEN excluded.last > feed_days.last THEN excluded.last ELSE feed_days.last END",
        ),
        columns: &[("day", Int), ("first", Int), ("last", Int)],
    },
    Table {
        name: "search_orders",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, order_id) DO UPDATE SET state = excluded.state, origin = excluded.origin, \
             currency = excluded.currency, created_at = excluded.created_at, amount = excluded.amount, \
             customer = excluded.customer, terms = excluded.terms",
        ),
        columns: &[
            ("order_id", Int),
            ("state", Text),
            ("origin", Text),
            ("currency", Text),
            ("created_at", Int),
            ("amount", Int),
            ("customer", Text),
            ("terms", Text),
        ],
    },
    Table {
        name: "search_terms",
        verb: Verb::Delete,
        columns: &SEARCH_TERM,
    },
    Table {
        name: "search_terms",
        verb: Verb::Insert(" ON CONFLICT DO NOTHING"),
        columns: &SEARCH_TERM,
    },
    Table {
        name: "search_sorts",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, state, origin, currency) DO UPDATE SET n = search_sorts.n + excluded.n",
        ),
        columns: &[("state", Text), ("origin", Text), ("currency", Text), ("n", Int)],
    },
    Table {
        name: "totals",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, day, currency, origin, state) DO UPDATE SET n = excluded.n, \
             ordered = excluded.ordered, reserved = excluded.reserved, captured = excluded.captured, \
             refunded = excluded.refunded, cancelled = excluded.cancelled",
        ),
        columns: &[
            ("day", Int),
            ("currency", Text),
            ("origin", Text),
            ("state", Text),
            ("n", Int),
            ("ordered", Text),
            ("reserved", Text),
            ("captured", Text),
            ("refunded", Text),
            ("cancelled", Text),
        ],
    },
    Table {
        name: "seen",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, sort, id) DO UPDATE SET n = seen.n + excluded.n, \
             name = CASE WHEN excluded.name <> '' AND excluded.last_at >= seen.last_at \
             THEN excluded.name ELSE seen.name END, \
             detail = CASE WHEN excluded.detail <> '' AND excluded.last_at >= seen.last_at \
             THEN excluded.detail ELSE seen.detail END, \
             first_at = CASE WHEN excluded.first_at < seen.first_at THEN excluded.first_at ELSE seen.first_at END, \
             last_at = CASE WHEN excluded.last_at > seen.last_at THEN excluded.last_at ELSE seen.last_at END",
        ),
        columns: &[
            ("sort", Text),
            ("id", Text),
            ("name", Text),
            ("detail", Text),
            ("n", Int),
            ("first_at", Int),
            ("last_at", Int),
        ],
    },
    Table {
        name: "seen_terms",
        verb: Verb::Insert(" ON CONFLICT DO NOTHING"),
        columns: &[("sort", Text), ("term", Text), ("id", Text)],
    },
    Table {
        name: "hook_deliveries",
        verb: Verb::Insert(
            " ON CONFLICT (merchant, webhook, id) DO UPDATE SET state = 'due', attempts = 0, \
             next_at = excluded.next_at",
        ),
        columns: &[
            ("webhook", Text),
            ("id", Int),
            ("state", Text),
            ("attempts", Int),
            ("next_at", Int),
            ("log", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "audit",
        verb: Verb::Insert(""),
        columns: &[
            ("id", Int),
            ("at", Int),
            ("actor", Text),
            ("action", Text),
            ("subject", Text),
            ("detail", Text),
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

const SEARCH_TERM: [(&str, Kind); 2] = [("term", Text), ("order_id", Int)];

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
            Self::Unfollowed => 12,
            Self::Answers => 13,
            Self::Deliveries => 14,
            Self::Follower => 15,
            Self::Followed => 16,
            Self::Feed => 17,
            Self::FeedDays => 18,
            Self::SearchOrders => 19,
            Self::SearchTermsGone => 20,
            Self::SearchTerms => 21,
            Self::SearchSorts => 22,
            Self::Totals => 23,
            Self::Seen => 24,
            Self::SeenTerms => 25,
            Self::HookDeliveries => 26,
            Self::Audit => 27,
        }
    }
}
