-- The console: sessions of its people, who belong to the installation (merchant 0), lists of deliveries, and each
-- delivery's tries: a line for each, with its time and what it came to.

CREATE TABLE console_sessions (
    merchant BIGINT NOT NULL,
    hash TEXT NOT NULL,
    grants TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (merchant, hash)
) /* WITHOUT ROWID */;
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);

CREATE INDEX deliveries_listed ON deliveries (merchant, state, created_at, id);
ALTER TABLE deliveries ADD COLUMN log TEXT NOT NULL DEFAULT '';
