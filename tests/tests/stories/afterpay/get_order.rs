//! The rules that the documentation's page of GetOrder states. Each test is named after the words of its rule.

use serde_json::json;
use stories::{Server, afterpay, seed, story};

story! {
    /// "Resource URL /api/v3/orders/{orderNumber}, HTTP method GET: returns the contents of the specified order",
    /// "OK(200) GetOrderResponse": the example request gives the example answer, once its order is taken over.
    async fn returns_the_contents_of_the_specified_order_as_the_example_shows_them(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = seed("afterpay-get-order.json").to_string();
        let import = server
            .database()
            .command(&["import", "--merchant", &shop.merchant.name, "--api", "afterpay"])
            .input(body);
        stories::run(&import).expect(0);
        let reply = shop.get("/api/v3/orders/ORDER00001").await.expect(200);
        reply.matches(&seed("afterpay-get-order.json"));
        // Digit for digit: the example writes 550.0, not 550.
        assert_eq!(reply.json(), seed("afterpay-get-order.json"));
    }

    /// "Content type application/json; charset=utf-8", of answers and of errors.
    async fn content_type_application_json_charset_utf_8(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        let found = shop.get("/api/v3/orders/ORDER1").await.expect(200);
        let unknown = shop.get("/api/v3/orders/ORDER2").await.expect(400);
        let denied = shop.get("/api/v3/orders/ORDER1").without("x-auth-key").await.expect(401);
        for reply in [found, unknown, denied] {
            assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
        }
    }

    /// "BadRequest (400) array of ResponseMessage: Request failed. Check response model for list of Errors."
    async fn bad_request_400_array_of_response_message(server: Server) {
        let shop = server.afterpay_shop().await;
        for number in ["NOSUCH", "1000000000", "%00", "%FF", &"9".repeat(40), &"x".repeat(4000)] {
            let refused = shop.get(&format!("/api/v3/orders/{number}")).await.expect(400);
            refused.matches(&json!([{
                "type": "BusinessError",
                "code": "400.115",
                "message": "There is no such order.",
                "customerFacingMessage": "The order was not found.",
                "actionCode": "Unavailable",
                "fieldReference": "orderNumber"
            }]));
        }
    }

    /// "Unauthorized (401) API user is unauthorized. Make sure X-Auth-Key header is sent."
    async fn unauthorized_401_make_sure_x_auth_key_header_is_sent(server: Server) {
        let shop = server.afterpay_shop().await;
        let denied = json!({ "message": "Authorization has been denied for this request." });
        let call = || shop.get("/api/v3/orders/ORDER1");
        for call in [
            call().without("x-auth-key"),
            call().header("x-auth-key", ""),
            call().header("x-auth-key", "wrong"),
            call().header("x-auth-key", &"x".repeat(5000)),
            call().header("x-auth-key", "\u{e5}"),
            call().without("x-auth-key").header("authorization", &format!("Bearer {}", shop.credential.secret)),
        ] {
            call.await.expect(401).matches(&denied);
        }
    }

    /// The path parameter: numbers compare without case, and may be percent-encoded.
    async fn order_number_path_required(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("Order-1.a_B", 3)).await.expect(200);
        for number in ["Order-1.a_B", "ORDER-1.A_B", "order%2D1%2Ea%5Fb"] {
            let reply = shop.get(&format!("/api/v3/orders/{number}")).await.expect(200);
            reply.contains(&json!({ "orderDetails": { "orderNumber": "Order-1.a_B" } }));
        }
        shop.get("/shop/eCommerceServicesWebApi/api/v3/orders/Order-1.a_B").await.expect(200);
    }

    /// Every order of the merchant can be read, whichever API placed it: by its id where it has no number.
    async fn an_order_of_another_api_is_read_by_its_id(server: Server) {
        let merchant = server.merchant("Both").await;
        let (shop, other) = (merchant.afterpay().await, server.afterpay_shop().await);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        shop.get("/api/v3/orders/1000000000").await.expect(200)
            .contains(&json!({ "orderDetails": { "orderNumber": "ORDER1" } }));
        let publisher = merchant.connect().await;
        let registered = publisher.post("/capi/v1/client/order", &stories::connect::register("E1", "invoice")).await;
        assert!(registered.status() < 300, "{}", registered.text());
        shop.get("/api/v3/orders/1000000001").await.expect(200).contains(&json!({
            "orderDetails": {
                "orderId": "[uuid]", "orderNumber": "1000000001", "totalGrossAmount": 295, "currency": "NOK", "status": "Pending",
                "customer": {"customerNumber": "563457", "firstName": "Kari", "lastName": "Nordmann", "email": "kari@example.no"},
                "orderItems": [{"quantity": 1, "grossUnitPrice": 295}]
            },
            "captures": [], "refunds": [], "cancellations": [], "payment": {"type": "Invoice"}
        }));
        // Nothing is reserved on it, so nothing can be captured.
        shop.post("/api/v3/orders/1000000001/captures", &json!(null)).await.expect(400).contains(&json!([{ "code": "400.904" }]));
        other.get("/api/v3/orders/1000000000").await.expect(400);
        other.get("/api/v3/orders/ORDER1").await.expect(400);
    }
}
