//! For people who count: the reporting views, and exports as rows of columns.

use serde_json::{Value, json};
use stories::{Options, Server, Stage, afterpay, native, story};

/// Decimal texts without the zeros at their end, which are a matter of taste.
fn plain(text: &str) -> String {
    if text.contains('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
    {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text.to_owned()
}

async fn rows(server: &Server, query: &str) -> Vec<Vec<String>> {
    let found = server.database().select(query).await;
    found
        .into_iter()
        .map(|row| row.iter().map(|value| plain(value)).collect())
        .collect()
}

/// A shop with an order that was captured in parts, refunded in part and cancelled in part, and one that was not.
async fn busy_shop(server: &Server) -> stories::Caller {
    let merchant = server.merchant("Nordlys").await;
    let (shop, client) = (merchant.afterpay().await, merchant.native().await);
    shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10))
        .await
        .expect(200);
    shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("F-1", 4))
        .await
        .expect(200);
    shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("F-2", 3))
        .await
        .expect(200);
    shop.post("/api/v3/orders/ORDER1/refunds", &afterpay::refund("F-1", 2))
        .await
        .expect(200);
    shop.post("/api/v3/orders/ORDER1/voids", &afterpay::void(1))
        .await
        .expect(200);
    let mut odd = native::order("ORDER2", 1);
    odd["total"] = json!(0.1);
    odd["lines"][0]["unitGross"] = json!(0.1);
    odd["lines"][0]["unitNet"] = json!(0.08);
    odd["lines"][0]["unitVat"] = json!(0.02);
    client.post("/ordrebok/v1/orders", &odd).await.expect(201);
    client
        .post(
            "/ordrebok/v1/orders/ORDER2/capture",
            &json!({ "amount": 0.07, "number": "A" }),
        )
        .await
        .expect(200);
    client
}

story! {
    /// Orders, lines, captures and refunds are plain rows, with the same columns and amounts on both databases.
    async fn what_happened_to_orders_is_plain_rows(server: Server) {
        busy_shop(&server).await;
        let orders = "SELECT number, api, status, currency, gross, reserved, captured, refunded, cancelled, remaining, merchant, \
                      customer_number, customer_name FROM report_orders ORDER BY number";
        let told = rows(&server, orders).await;
        assert_eq!(told[0][..2], ["ORDER1", "afterpay"]);
        assert_eq!(told[0][3..11], ["NOK", "100", "100", "70", "20", "10", "20", "Nordlys"]);
        assert_eq!(told[1][3..11], ["NOK", "0.1", "0.1", "0.07", "0", "0", "0.03", "Nordlys"]);
        assert_eq!(told[1][11..], ["CUSTOMER1", "Kari Nordmann"]);
        let lines = "SELECT o.number, l.line, l.product, l.quantity, l.returned, l.unit_gross, l.vat_percent, l.currency \
                     FROM report_lines l JOIN report_orders o ON o.merchant_id = l.merchant_id AND o.order_id = l.order_id \
                     ORDER BY o.number, l.line";
        let told = rows(&server, lines).await;
        assert_eq!(told[0], ["ORDER1", "1", "ITEM1", "10", "0", "10", "25", "NOK"]);
        assert_eq!(told[1][5], "0.1");
        let captures = "SELECT number, amount, refunded, currency FROM report_captures ORDER BY number";
        let told = rows(&server, captures).await;
        assert_eq!(told, [["A", "0.07", "0", "NOK"], ["F-1", "40", "20", "NOK"], ["F-2", "30", "0", "NOK"]]);
        let refunds = rows(&server, "SELECT capture, amount, currency FROM report_refunds").await;
        assert_eq!(refunds, [["F-1", "20", "NOK"]]);
        let times = "SELECT COUNT(*) FROM report_captures WHERE captured_at IS NOT NULL";
        assert_eq!(rows(&server, times).await, [["3"]]);
        let years = rows(&server, "SELECT placed_at, updated_at FROM report_orders").await;
        assert!(years.iter().flatten().all(|time| time.starts_with("20")), "{years:?}");
    }

    /// Every row of an export says what the view of the same name says.
    async fn exports_and_views_agree(server: Server) {
        busy_shop(&server).await;
        let export = |kind: &str, format: &str| {
            server.run(&["export", "--merchant", "Nordlys", "--rows", kind, "--format", format]).expecting(0).stdout
        };
        let csv = |kind: &str| -> Vec<Vec<String>> {
            export(kind, "csv").lines().map(|line| line.split(',').map(plain).collect()).collect()
        };
        let orders = csv("orders");
        assert_eq!(orders[0][..5], ["orderId", "shownId", "uuid", "number", "reference"]);
        let view = "SELECT order_id, gross, reserved, captured, refunded, cancelled, remaining FROM report_orders";
        let mut exported: Vec<Vec<String>> =
            orders[1..].iter().map(|row| [&row[..1], &row[9..15]].concat()).collect();
        let mut viewed = rows(&server, view).await;
        exported.sort();
        viewed.sort();
        assert_eq!(exported, viewed);
        let captures = csv("captures");
        assert_eq!(captures[0], ["orderId", "shownId", "number", "amount", "refunded", "currency", "at"]);
        assert_eq!(captures.len(), 4);
        assert_eq!(csv("lines").len(), 3);
        let refund: Value = serde_json::from_str(export("refunds", "jsonl").trim()).unwrap();
        assert_eq!((&refund["capture"], refund["amount"].to_string().as_str()), (&json!("F-1"), "20"));
        let lines = export("lines", "jsonl");
        assert!(lines.lines().any(|line| line.contains("\"unitGross\":0.1,")), "exact: {lines}");
    }

    /// A Parquet file is written whole, into a file that was not there.
    async fn parquet_is_written_into_a_new_file(stage: Stage) {
        let server = stage.start(&Options::default());
        busy_shop(&server).await;
        let folder = tempfile::tempdir().unwrap();
        for kind in ["orders", "lines", "captures", "refunds"] {
            let file = folder.path().join(format!("{kind}.parquet"));
            let arguments =
                ["export", "--merchant", "Nordlys", "--format", "parquet", "--rows", kind, "--output", file.to_str().unwrap()];
            stage.run(&arguments).expect(0);
            let bytes = std::fs::read(&file).unwrap();
            assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{kind} is no Parquet file");
            let again = stage.run(&arguments).expecting(1);
            assert!(again.stderr.contains("could not be made"), "{}", again.stderr);
        }
        let nothing = stage.run(&["export", "--merchant", "Nordlys", "--format", "parquet", "--since", "2999-01-01"]);
        assert!(nothing.stdout.starts_with("PAR1"), "a file without rows is a file");
    }

    /// The views are made again when they are gone or are those of an older program.
    async fn missing_views_are_made_at_the_next_start(stage: Stage) {
        stage.run(&["merchant", "add", "Nordlys"]).expect(0);
        stage.database.tamper("UPDATE settings SET value = 'older' WHERE name = 'reporting views'").await;
        stage.run(&["merchant", "list"]).expect(0);
        let made = stage.database.select("SELECT value FROM settings WHERE name = 'reporting views'").await;
        assert_eq!(made[0][0].len(), 64, "{made:?}");
        assert_eq!(stage.database.select("SELECT COUNT(*) FROM report_orders").await, [["0"]]);
    }
}
