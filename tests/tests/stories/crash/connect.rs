//! A publisher: registers orders and completes them.

use serde_json::json;
use stories::{Call, Caller, Reply, connect};

use super::writer::{Belief, Random};

#[derive(Debug)]
pub(super) struct Publisher {
    caller: Caller,
    number: u64,
    steps: u64,
    orders: Vec<Order>,
}

#[derive(Debug)]
struct Order {
    external: String,
    id: u64,
    completed: bool,
    touched: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Register(String),
    Complete(usize),
}

impl Publisher {
    pub(super) fn new(number: u64, caller: Caller) -> Self {
        Self {
            caller,
            number,
            steps: 0,
            orders: Vec::new(),
        }
    }
}

impl Belief for Publisher {
    type Step = Step;

    fn next(&mut self, random: &mut Random) -> Step {
        self.steps += 1;
        if self.orders.is_empty() || random.below(3) > 0 {
            return Step::Register(format!("crash-c{}-{}", self.number, self.steps));
        }
        // One that is completed already is completed again: that succeeds and does nothing.
        Step::Complete(random.place_in(&self.orders))
    }

    fn call(&self, step: &Step) -> Call {
        match step {
            Step::Register(external) => self
                .caller
                .post("/capi/v1/client/order", &connect::register(external, "invoice"))
                .header("idempotency-key", external),
            Step::Complete(order) => {
                let id = self.orders[*order].id;
                self.caller
                    .post("/capi/v1/client/order/fulfillment", &json!({ "orderId": id }))
            }
        }
    }

    fn learn(&mut self, step: Step, reply: &Reply) {
        let reply = reply.clone().expect(200);
        match step {
            Step::Register(external) => {
                let id = reply.json()["orderId"].as_u64().unwrap();
                assert!(
                    self.orders.iter().all(|order| order.id != id),
                    "{external} got the id of another order: {id}"
                );
                self.orders.push(Order {
                    external,
                    id,
                    completed: false,
                    touched: true,
                });
            }
            Step::Complete(order) => {
                reply.contains(&json!({ "fulfillmentStatus": "OK" }));
                self.orders[order].completed = true;
                self.orders[order].touched = true;
            }
        }
    }

    async fn check(&mut self, touched_only: bool) {
        for order in self.orders.iter().filter(|order| order.touched || !touched_only) {
            let path = format!("/capi/v1/client/order/status/{}", order.id);
            let reply = self.caller.get(&path).await.expect(200);
            reply
                .contains(&json!({ "orders": [{ "orderId": order.id, "externalOrderId": order.external }] }));
            let body = reply.json();
            let status = body["orders"][0]["orderStatus"].as_str().unwrap();
            let expected: &[&str] = if order.completed {
                &["confirmed", "processed"]
            } else {
                &["preliminary"]
            };
            assert!(expected.contains(&status), "{} is {status}", order.external);
        }
    }

    fn forget_touched(&mut self) {
        for order in &mut self.orders {
            order.touched = false;
        }
    }

    fn acknowledged(&self) -> Vec<String> {
        self.orders.iter().map(|order| order.external.clone()).collect()
    }
}
