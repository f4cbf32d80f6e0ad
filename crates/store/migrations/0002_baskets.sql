-- Filters of a history at a flat cost. Counts know the reseller. What an order holds is its basket: all its products,
-- as one number (see `history::basket`). Zero is an order whose products the history doesn't count.

ALTER TABLE orders ADD COLUMN basket BIGINT NOT NULL DEFAULT 0;

DROP INDEX orders_history;
CREATE INDEX orders_history ON orders (merchant, customer, kind, state, reseller, created_at, id)
    WHERE customer <> '';
CREATE INDEX orders_baskets ON orders (merchant, customer, basket, kind, state, reseller, created_at, id)
    WHERE basket <> 0;

-- Which baskets hold a product.
CREATE TABLE history_baskets (
    merchant BIGINT NOT NULL,
    customer TEXT NOT NULL,
    product TEXT NOT NULL,
    basket BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, product, basket)
) /* WITHOUT ROWID */;

CREATE TABLE basket_counts (
    merchant BIGINT NOT NULL,
    customer TEXT NOT NULL,
    basket BIGINT NOT NULL,
    level BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reseller TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, basket, level, bucket, kind, state, reseller)
) /* WITHOUT ROWID */;

DROP TABLE history_counts;
CREATE TABLE history_counts (
    merchant BIGINT NOT NULL,
    customer TEXT NOT NULL,
    level BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reseller TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, level, bucket, kind, state, reseller)
) /* WITHOUT ROWID */;
INSERT INTO history_counts
    SELECT merchant, customer, 1, created_at >> 8, kind, state, reseller, COUNT(*)
    FROM orders WHERE customer <> '' GROUP BY 1, 2, 4, 5, 6, 7;
INSERT INTO history_counts
    SELECT merchant, customer, 2, created_at >> 16, kind, state, reseller, COUNT(*)
    FROM orders WHERE customer <> '' GROUP BY 1, 2, 4, 5, 6, 7;
INSERT INTO history_counts
    SELECT merchant, customer, 3, created_at >> 24, kind, state, reseller, COUNT(*)
    FROM orders WHERE customer <> '' GROUP BY 1, 2, 4, 5, 6, 7;
INSERT INTO history_counts
    SELECT merchant, customer, 4, created_at >> 32, kind, state, reseller, COUNT(*)
    FROM orders WHERE customer <> '' GROUP BY 1, 2, 4, 5, 6, 7;
