-- One text for both databases: BIGINT and TEXT only. Times are milliseconds since 1970 in UTC, money is decimal
-- text, and every table that grows begins with its merchant, which is the column to distribute by.
-- `/* WITHOUT ROWID */` is a comment to PostgreSQL; the SQLite driver takes it at its word.

CREATE TABLE merchants (
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX merchants_name ON merchants (name);

CREATE TABLE credentials (
    merchant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    api TEXT NOT NULL,
    client TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    scope TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX credentials_client ON credentials (api, client);

CREATE TABLE tokens (
    merchant BIGINT NOT NULL,
    hash TEXT NOT NULL,
    credential BIGINT NOT NULL,
    grants TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, hash)
) /* WITHOUT ROWID */;
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE blocks (
    merchant BIGINT NOT NULL,
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (merchant, name)
) /* WITHOUT ROWID */;

CREATE TABLE orders (
    merchant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    uuid TEXT NOT NULL,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    gross TEXT NOT NULL,
    customer TEXT NOT NULL,
    reseller TEXT NOT NULL,
    reference TEXT NOT NULL,
    wake_at BIGINT,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (merchant, id)
);
-- A history, newest first, of each kind and state by itself, however rare it is among the customer's orders; a page
-- of several sorts is merged from the newest of each.
CREATE INDEX orders_history ON orders (merchant, customer, kind, state, created_at, id) WHERE customer <> '';
CREATE INDEX orders_referring ON orders (merchant, customer, reference) WHERE reference <> '';
CREATE INDEX orders_updated ON orders (merchant, updated_at, id);
CREATE INDEX orders_wake ON orders (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE order_names (
    merchant BIGINT NOT NULL,
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (merchant, space, name)
) /* WITHOUT ROWID */;
CREATE INDEX order_names_order ON order_names (merchant, order_id);

CREATE TABLE order_references (
    merchant BIGINT NOT NULL,
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (merchant, space, name, order_id)
) /* WITHOUT ROWID */;

CREATE TABLE order_products (
    merchant BIGINT NOT NULL,
    customer TEXT NOT NULL,
    product TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, product, created_at, order_id)
) /* WITHOUT ROWID */;

CREATE TABLE events (
    merchant BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (merchant, order_id, sequence)
);

CREATE TABLE history_counts (
    merchant BIGINT NOT NULL,
    customer TEXT NOT NULL,
    level BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, level, bucket, kind, state)
) /* WITHOUT ROWID */;

CREATE TABLE documents (
    merchant BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    owner TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    wake_at BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (merchant, kind, id)
);
CREATE INDEX documents_listed ON documents (merchant, kind, created_at, id);
CREATE INDEX documents_owned ON documents (merchant, kind, owner, created_at, id);
CREATE INDEX documents_wake ON documents (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE answers (
    merchant BIGINT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, scope, key)
);
CREATE INDEX answers_age ON answers (created_at);

CREATE TABLE deliveries (
    merchant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'done', 'failed')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'due';
CREATE INDEX deliveries_of_order ON deliveries (merchant, order_id);
