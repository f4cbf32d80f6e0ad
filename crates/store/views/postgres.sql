-- Columns are only ever added at the end: whoever has views of their own over these keeps them.

CREATE OR REPLACE VIEW report_orders AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id, o.uuid AS uuid,
    s.j ->> 'number' AS number, s.j ->> 'reference' AS reference,
    o.origin AS api, o.kind AS kind, o.state AS status, o.currency AS currency, o.gross::numeric AS gross,
    r.reserved, c.captured, c.refunded, x.cancelled,
    r.reserved - c.captured - x.cancelled AS remaining,
    s.j -> 'customer' ->> 'number' AS customer_number,
    s.j -> 'customer' ->> 'name' AS customer_name,
    to_timestamp(o.created_at / 1000.0) AS placed_at,
    to_timestamp(o.updated_at / 1000.0) AS updated_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
CROSS JOIN LATERAL (SELECT o.snapshot::jsonb AS j OFFSET 0) s
CROSS JOIN LATERAL (
    SELECT COALESCE((s.j -> 'reservation' ->> 'authorised')::numeric, 0)
        + COALESCE((s.j -> 'reservation' ->> 'excess')::numeric, 0) AS reserved
) r
CROSS JOIN LATERAL (
    SELECT COALESCE(SUM((e.j ->> 'amount')::numeric), 0) AS captured,
        COALESCE(SUM((e.j ->> 'refunded')::numeric), 0) AS refunded
    FROM jsonb_array_elements(COALESCE(s.j -> 'captures', '[]'::jsonb)) AS e(j)
) c
CROSS JOIN LATERAL (
    SELECT COALESCE(SUM((e.j ->> 'amount')::numeric), 0) AS cancelled
    FROM jsonb_array_elements(COALESCE(s.j -> 'cancellations', '[]'::jsonb)) AS e(j)
) x;

CREATE OR REPLACE VIEW report_lines AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id, e.place AS line,
    e.j -> 'item' ->> 'product' AS product,
    e.j -> 'item' ->> 'description' AS description,
    (e.j -> 'item' ->> 'quantity')::numeric AS quantity,
    COALESCE((e.j ->> 'returned')::numeric, 0) AS returned,
    (e.j -> 'item' ->> 'unit_gross')::numeric AS unit_gross,
    (e.j -> 'item' ->> 'unit_net')::numeric AS unit_net,
    (e.j -> 'item' ->> 'unit_vat')::numeric AS unit_vat,
    (e.j -> 'item' ->> 'vat_percent')::numeric AS vat_percent,
    o.currency AS currency,
    e.j ->> 'subscription' AS subscription
FROM orders o
JOIN merchants m ON m.id = o.merchant
CROSS JOIN LATERAL jsonb_array_elements(COALESCE(o.snapshot::jsonb -> 'lines', '[]'::jsonb)) WITH ORDINALITY AS e(j, place);

CREATE OR REPLACE VIEW report_captures AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id,
    e.j ->> 'number' AS number,
    (e.j ->> 'amount')::numeric AS amount,
    (e.j ->> 'refunded')::numeric AS refunded,
    o.currency AS currency,
    to_timestamp((e.j ->> 'at')::bigint / 1000.0) AS captured_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
CROSS JOIN LATERAL jsonb_array_elements(COALESCE(o.snapshot::jsonb -> 'captures', '[]'::jsonb)) AS e(j);

CREATE OR REPLACE VIEW report_refunds AS
SELECT o.merchant AS merchant_id, m.name AS merchant, o.id AS order_id,
    e.j ->> 'number' AS number,
    e.j ->> 'capture' AS capture,
    (e.j ->> 'amount')::numeric AS amount,
    o.currency AS currency,
    to_timestamp((e.j ->> 'at')::bigint / 1000.0) AS refunded_at
FROM orders o
JOIN merchants m ON m.id = o.merchant
CROSS JOIN LATERAL jsonb_array_elements(COALESCE(o.snapshot::jsonb -> 'refunds', '[]'::jsonb)) AS e(j);
