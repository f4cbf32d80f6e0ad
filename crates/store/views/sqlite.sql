-- What stands in braces is spelled out by views.rs.

CREATE VIEW report_orders AS
WITH parts AS (
    SELECT o.merchant, o.id,
        COALESCE({whole json_extract(o.snapshot, '$.reservation.authorised')}, 0)
            + COALESCE({whole json_extract(o.snapshot, '$.reservation.excess')}, 0) AS rw,
        COALESCE({part json_extract(o.snapshot, '$.reservation.authorised')}, 0)
            + COALESCE({part json_extract(o.snapshot, '$.reservation.excess')}, 0) AS rp,
        (SELECT COALESCE(SUM({whole json_extract(e.value, '$.amount')}), 0)
            FROM json_each(o.snapshot, '$.captures') e) AS cw,
        (SELECT COALESCE(SUM({part json_extract(e.value, '$.amount')}), 0)
            FROM json_each(o.snapshot, '$.captures') e) AS cp,
        (SELECT COALESCE(SUM({whole json_extract(e.value, '$.refunded')}), 0)
            FROM json_each(o.snapshot, '$.captures') e) AS fw,
        (SELECT COALESCE(SUM({part json_extract(e.value, '$.refunded')}), 0)
            FROM json_each(o.snapshot, '$.captures') e) AS fp,
        (SELECT COALESCE(SUM({whole json_extract(e.value, '$.amount')}), 0)
            FROM json_each(o.snapshot, '$.cancellations') e) AS xw,
        (SELECT COALESCE(SUM({part json_extract(e.value, '$.amount')}), 0)
            FROM json_each(o.snapshot, '$.cancellations') e) AS xp
    FROM orders o
)
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id, o.uuid AS uuid,
    json_extract(o.snapshot, '$.number') AS number, json_extract(o.snapshot, '$.reference') AS reference,
    o.origin AS api, o.kind AS kind, o.state AS status, o.currency AS currency, o.gross AS gross,
    {sum p.rw p.rp} AS reserved,
    {sum p.cw p.cp} AS captured,
    {sum p.fw p.fp} AS refunded,
    {sum p.xw p.xp} AS cancelled,
    {sum (p.rw-p.cw-p.xw) (p.rp-p.cp-p.xp)} AS remaining,
    json_extract(o.snapshot, '$.customer.number') AS customer_number,
    json_extract(o.snapshot, '$.customer.name') AS customer_name,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.created_at / 1000.0, 'unixepoch') AS placed_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.updated_at / 1000.0, 'unixepoch') AS updated_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
JOIN parts p ON p.merchant = o.merchant AND p.id = o.id;

CREATE VIEW report_lines AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id, e.key + 1 AS line,
    json_extract(e.value, '$.item.product') AS product,
    json_extract(e.value, '$.item.description') AS description,
    json_extract(e.value, '$.item.quantity') AS quantity,
    COALESCE(json_extract(e.value, '$.returned'), '0') AS returned,
    json_extract(e.value, '$.item.unit_gross') AS unit_gross,
    json_extract(e.value, '$.item.unit_net') AS unit_net,
    json_extract(e.value, '$.item.unit_vat') AS unit_vat,
    json_extract(e.value, '$.item.vat_percent') AS vat_percent,
    o.currency AS currency,
    json_extract(e.value, '$.subscription') AS subscription
FROM orders o
JOIN merchants m ON m.id = o.merchant
JOIN json_each(o.snapshot, '$.lines') e;

CREATE VIEW report_captures AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id,
    json_extract(e.value, '$.number') AS number,
    json_extract(e.value, '$.amount') AS amount,
    json_extract(e.value, '$.refunded') AS refunded,
    o.currency AS currency,
    strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(e.value, '$.at') / 1000.0, 'unixepoch') AS captured_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
JOIN json_each(o.snapshot, '$.captures') e;

CREATE VIEW report_refunds AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id,
    json_extract(e.value, '$.number') AS number,
    json_extract(e.value, '$.capture') AS capture,
    json_extract(e.value, '$.amount') AS amount,
    o.currency AS currency,
    strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(e.value, '$.at') / 1000.0, 'unixepoch') AS refunded_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
JOIN json_each(o.snapshot, '$.refunds') e;
