-- Who changed what of the administration. An entry is written in the transaction of its change, and never changed.
-- Merchant 0 is the installation: what operators do to it, and to their own credentials.

CREATE TABLE audit (
    merchant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (merchant, id)
) /* WITHOUT ROWID */;
CREATE INDEX audit_of_merchant ON audit (merchant, at, id);
CREATE INDEX audit_of_all ON audit (at, merchant, id);
