//! A software reseller: places orders for a customer, and returns some.

use serde_json::{Value, json};
use stories::{Call, Caller, Reply, eventually, marketplace};

use super::writer::{Belief, Random};

#[derive(Debug)]
pub(super) struct Partner {
    caller: Caller,
    customer: String,
    number: u64,
    steps: u64,
    orders: Vec<Order>,
}

#[derive(Debug)]
struct Order {
    external: String,
    answer: Value,
    /// Known to be complete: a check has seen it.
    complete: bool,
    returned: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Place(String),
    Return { order: usize, external: String },
}

impl Partner {
    pub(super) async fn new(number: u64, caller: Caller) -> Self {
        let customer = caller
            .post(
                "/v3/customers",
                &marketplace::customer(&format!("Customer {number}")),
            )
            .await;
        let customer = customer.expect(201).json()["customerId"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            caller,
            customer,
            number,
            steps: 0,
            orders: Vec::new(),
        }
    }

    fn path(&self) -> String {
        format!("/v3/customers/{}/orders", self.customer)
    }

    async fn history(&self) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let path = format!(
                "{}?start-date=2020-01-01&limit=100&offset={}",
                self.path(),
                all.len()
            );
            let page = self.caller.get(&path).await.expect(200).json();
            let items = page["items"].as_array().unwrap();
            all.extend(items.iter().cloned());
            if items.is_empty() || page["links"]["next"].is_null() {
                assert_eq!(page["totalCount"], json!(all.len()));
                return all;
            }
        }
    }
}

impl Belief for Partner {
    type Step = Step;

    fn next(&mut self, random: &mut Random) -> Step {
        self.steps += 1;
        let external = format!("crash-m{}-{}", self.number, self.steps);
        let returnable = self
            .orders
            .iter()
            .position(|order| order.complete && !order.returned);
        match returnable {
            Some(order) if random.below(4) == 0 => Step::Return { order, external },
            _ => Step::Place(external),
        }
    }

    fn call(&self, step: &Step) -> Call {
        let (external, body) = match step {
            Step::Place(external) => (external, marketplace::order(external, 2)),
            Step::Return { order, external } => {
                let mut body = marketplace::return_of(&self.orders[*order].answer);
                body["externalReferenceId"] = json!(external);
                (external, body)
            }
        };
        // The key is the intent's; each sending of it has a request id of its own.
        self.caller
            .post(&self.path(), &body)
            .header("x-correlation-id", external)
    }

    fn learn(&mut self, step: Step, reply: &Reply) {
        let answer = reply.clone().expect(201).json();
        let external = match step {
            Step::Place(external) => external,
            Step::Return { order, external } => {
                self.orders[order].returned = true;
                external
            }
        };
        assert_eq!(answer["externalReferenceId"], json!(external));
        let returned = answer["orderType"] == "RETURN";
        self.orders.push(Order {
            external,
            answer,
            complete: false,
            returned,
        });
    }

    async fn check(&mut self, _touched_only: bool) {
        // What was pending when the server was killed is completed by its successor.
        let history = eventually("every order is complete", async || {
            let history = self.history().await;
            history
                .iter()
                .all(|order| order["status"] != "1002")
                .then_some(history)
        })
        .await;
        assert_eq!(
            history.len(),
            self.orders.len(),
            "orders of customer {}",
            self.customer
        );
        for order in &mut self.orders {
            let found: Vec<_> = history
                .iter()
                .filter(|found| found["externalReferenceId"] == json!(order.external))
                .collect();
            let [found] = found.as_slice() else {
                panic!("{} is there {} times", order.external, found.len())
            };
            assert_eq!(found["orderId"], order.answer["orderId"]);
            let returned = order.returned && order.answer["orderType"] == "NEW";
            assert_eq!(found["status"], if returned { "1008" } else { "1000" }, "{found}");
            order.complete = true;
        }
    }

    fn forget_touched(&mut self) {}

    fn acknowledged(&self) -> Vec<String> {
        self.orders.iter().map(|order| order.external.clone()).collect()
    }
}
