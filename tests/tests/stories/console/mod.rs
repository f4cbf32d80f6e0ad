//! The console: people who sign in, look, and act.

mod access;
mod actions;
mod credentials;
mod deliveries;
mod looking;
mod people;
mod signing_in;
mod trail;
mod webhooks;
mod who_did_what;

use serde_json::Value;
use stories::{Caller, FORM, Http, Jar, Reply, Server, native};

/// The password that people choose in these stories.
const CHOSEN: &str = "four words go here";

/// Somebody with a browser, as far as the console needs one: it keeps cookies and sends forms.
struct Person {
    http: Http,
    name: String,
    cookies: Jar,
}

/// Adds somebody; the one-time password.
fn add(server: &Server, name: &str, role: &str, merchant: Option<&str>) -> String {
    let mut words = vec!["person", "add", name, "--role", role, "--json"];
    if let Some(merchant) = merchant {
        words.extend(["--merchant", merchant]);
    }
    let printed: Value = server.run(&words).expecting(0).json();
    printed["password"].as_str().expect("a password").to_owned()
}

impl Person {
    fn stranger(server: &Server, name: &str) -> Self {
        Self {
            http: server.http().clone(),
            name: name.to_owned(),
            cookies: Jar::default(),
        }
    }

    /// Somebody of this role who has signed in and chosen a password; of the operator's people without a merchant.
    async fn of(server: &Server, name: &str, role: &str, merchant: Option<&str>) -> Self {
        let password = add(server, name, role, merchant);
        let mut person = Self::stranger(server, name);
        person.enter(&password).await.expect(303);
        person.choose(&password, CHOSEN).await.expect(303);
        person
    }

    /// Signs in.
    async fn enter(&mut self, password: &str) -> Reply {
        let page = self.get("/console/sign-in").await.expect(200);
        let name = self.name.clone();
        self.send(
            &page,
            "/console/sign-in",
            &[("name", &name), ("password", password)],
        )
        .await
    }

    /// Changes the password.
    async fn choose(&mut self, old: &str, new: &str) -> Reply {
        let page = self.get("/console/password").await.expect(200);
        let fields = [("old", old), ("new", new), ("again", new)];
        self.send(&page, "/console/password", &fields).await
    }

    /// A page, for asking again and again: cookies that it sets are not kept.
    async fn look(&self, path: &str) -> Reply {
        self.http.get(path).header("cookie", &self.cookies.header()).await
    }

    async fn get(&mut self, path: &str) -> Reply {
        let reply = self.look(path).await;
        self.keep(&reply);
        reply
    }

    /// Sends the form of a page that goes to this path, with these fields filled in.
    async fn send(&mut self, page: &Reply, action: &str, fields: &[(&str, &str)]) -> Reply {
        let hidden = hidden_fields(&page.text(), action);
        let kept = hidden
            .iter()
            .filter(|(name, _)| fields.iter().all(|(other, _)| other != name))
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<(&str, &str)> = kept.chain(fields.iter().copied()).collect();
        self.post(action, &pairs).await
    }

    /// Sends these fields and no others.
    async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let call = self
            .http
            .post(path)
            .header("cookie", &self.cookies.header())
            .body(FORM, body);
        let reply = call.await;
        self.keep(&reply);
        reply
    }

    /// Opens the form of an action, and asks what it would do.
    async fn preview(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = self.get(path).await.expect(200);
        self.send(&form, path, fields).await
    }

    /// The same, and does what the preview said.
    async fn act(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let preview = self.preview(path, fields).await.expect(200);
        self.send(&preview, path, &[("step", "do")]).await
    }

    fn keep(&mut self, reply: &Reply) {
        let attributes = self.cookies.keep(reply);
        assert!(
            attributes.is_empty() || attributes.contains("Path=/console"),
            "{attributes}"
        );
    }
}

/// The hidden fields of the page's form that goes to this path.
#[track_caller]
fn hidden_fields(page: &str, action: &str) -> Vec<(String, String)> {
    let opening = format!("action=\"{action}\"");
    let forms = page.split("<form").filter(|form| form.contains(&opening));
    let form = forms
        .last()
        .unwrap_or_else(|| panic!("no form goes to {action}:\n{page}"));
    let form = form.split("</form>").next().unwrap_or_default();
    stories::hidden_fields(form)
}

/// What the forms of a page carry that shows who is at work.
#[track_caller]
fn token(page: &str) -> String {
    let fields = hidden_fields(page, "/console/sign-out");
    let token = fields.into_iter().find(|(name, _)| name == "form_token");
    token.expect("the form has a token").1
}

/// Where the first form of the page goes whose address ends like this.
#[track_caller]
fn action_ending(page: &str, end: &str) -> String {
    let actions = page.split("action=\"").filter_map(|rest| rest.split('"').next());
    let mut actions = actions.filter(|action| action.ends_with(end));
    actions
        .next()
        .unwrap_or_else(|| panic!("no form goes to ...{end}:\n{page}"))
        .to_owned()
}

/// A merchant's program, an order of so many pieces at 10 kroner that is reserved, and where the console has it.
struct Shop {
    caller: Caller,
    /// The merchant's pages.
    base: String,
    /// The order's page.
    order: String,
    /// The order in Ordrebok's own API.
    api: String,
}

impl Shop {
    /// `place` is the merchant's number: they are counted from 1.
    async fn open(server: &Server, name: &str, place: u32, pieces: u32) -> Self {
        let caller = server.merchant(name).await.native().await;
        let placed = caller
            .post("/ordrebok/v1/orders", &native::order("ORDER1", pieces))
            .await
            .expect(201);
        let id = placed.json()["id"].as_str().expect("an id").to_owned();
        let base = format!("/console/{place}");
        Self {
            caller,
            order: format!("{base}/orders/{id}"),
            api: format!("/ordrebok/v1/orders/{id}"),
            base,
        }
    }

    /// What is reserved, captured, refunded, cancelled and remaining.
    async fn money(&self) -> [String; 5] {
        let order = self.caller.get(&self.api).await.expect(200).json();
        ["reserved", "captured", "refunded", "cancelled", "remaining"]
            .map(|sum| order["money"][sum].to_string())
    }
}
