-- What the follower of the journal keeps: which events it has yet to see, the feed of all events, the index that
-- orders are searched by, totals, customers and products seen, and the calls that webhooks are owed. All of it can be
-- rebuilt from the journal.

-- Events from `first` to `last` of an order that the follower has yet to see: written with them.
CREATE TABLE unfollowed (
    merchant BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, first)
) /* WITHOUT ROWID */;

-- How far the feed has got. Whoever takes positions replaces the version.
CREATE TABLE followers (
    merchant BIGINT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (merchant)
);

CREATE TABLE feed (
    merchant BIGINT NOT NULL,
    position BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (merchant, position)
) /* WITHOUT ROWID */;

-- Between which positions the events of a day (since 1970, in UTC) lie.
CREATE TABLE feed_days (
    merchant BIGINT NOT NULL,
    day BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (merchant, day)
) /* WITHOUT ROWID */;

CREATE TABLE search_orders (
    merchant BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    currency TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The gross total in ten-thousandths, rounded down.
    amount BIGINT NOT NULL,
    customer TEXT NOT NULL,
    -- All its terms, each between blanks.
    terms TEXT NOT NULL,
    PRIMARY KEY (merchant, order_id)
);
CREATE INDEX search_orders_newest
    ON search_orders (merchant, state, origin, currency, created_at, order_id);

CREATE TABLE search_terms (
    merchant BIGINT NOT NULL,
    term TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (merchant, term, order_id)
) /* WITHOUT ROWID */;

-- How many orders there are of each state, origin and currency.
CREATE TABLE search_sorts (
    merchant BIGINT NOT NULL,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    currency TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (merchant, state, origin, currency)
) /* WITHOUT ROWID */;

-- What the orders of a day come to: the day on which they were placed, since 1970, in UTC.
CREATE TABLE totals (
    merchant BIGINT NOT NULL,
    day BIGINT NOT NULL,
    currency TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    n BIGINT NOT NULL,
    ordered TEXT NOT NULL,
    reserved TEXT NOT NULL,
    captured TEXT NOT NULL,
    refunded TEXT NOT NULL,
    cancelled TEXT NOT NULL,
    PRIMARY KEY (merchant, day, currency, origin, state)
);

-- Customers and products that orders name.
CREATE TABLE seen (
    merchant BIGINT NOT NULL,
    sort TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    n BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, sort, id)
);

CREATE TABLE seen_terms (
    merchant BIGINT NOT NULL,
    sort TEXT NOT NULL,
    term TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (merchant, sort, term, id)
) /* WITHOUT ROWID */;

-- Calls that webhooks are owed: `id` is the event's position in the feed, or below zero for a ping.
CREATE TABLE hook_deliveries (
    merchant BIGINT NOT NULL,
    webhook TEXT NOT NULL,
    id BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'done', 'failed')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    log TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, webhook, id)
);
CREATE INDEX hook_deliveries_due ON hook_deliveries (merchant, webhook, next_at) WHERE state = 'due';
CREATE INDEX hook_deliveries_newest ON hook_deliveries (merchant, webhook, created_at, id);
CREATE INDEX hook_deliveries_settled ON hook_deliveries (created_at) WHERE state <> 'due';

-- Orders that were there before.
INSERT INTO unfollowed (merchant, order_id, first, last) SELECT merchant, id, 1, version FROM orders;
