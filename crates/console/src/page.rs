//! The frame of every page.

use crate::assets::address;
use crate::visit::{Desk, FORM_FIELD, Visit};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use book::Role;
use http_kit::Answer;
use maud::{DOCTYPE, Markup, html};

/// What every page tells browsers: everything comes from here, nobody frames it, nothing is kept.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Where one is, for the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Orders,
    Customers,
    Deliveries,
    Webhooks,
    Credentials,
    People,
    Imports,
    Trail,
}

impl Place {
    /// Those that are needed all day, and those that are looked after now and then.
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Orders,
        Self::Customers,
        Self::Deliveries,
        Self::Webhooks,
        Self::Credentials,
        Self::People,
        Self::Imports,
        Self::Trail,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Orders => "Orders",
            Self::Customers => "Customers",
            Self::Deliveries => "Deliveries",
            Self::Webhooks => "Webhooks",
            Self::Credentials => "Credentials",
            Self::People => "People",
            Self::Imports => "Import",
            Self::Trail => "Who did what",
        }
    }

    /// The page under the merchant's path.
    pub(crate) fn page(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Orders => "orders",
            Self::Customers => "customers",
            Self::Deliveries => "deliveries",
            Self::Webhooks => "webhooks",
            Self::Credentials => "credentials",
            Self::People => "people",
            Self::Imports => "imports",
            Self::Trail => "trail",
        }
    }

    /// Who needs it.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Overview | Self::Orders | Self::Customers | Self::Deliveries | Self::Webhooks => Role::View,
            Self::Credentials | Self::People | Self::Imports | Self::Trail => Role::Administer,
        }
    }
}

/// A page of somebody at work.
pub(crate) fn page(desk: &Desk, place: Place, title: &str, content: &Markup) -> Answer {
    answer(desk, StatusCode::OK, place, title, content)
}

/// The same with a status of its own.
pub(crate) fn answer(desk: &Desk, status: StatusCode, place: Place, title: &str, content: &Markup) -> Answer {
    let body = html! {
        a.skip href="#main" { "Skip to the content" }
        (bar(desk))
        (navigation(desk, place))
        main #main tabindex="-1" { (content) }
        footer {
            span { "All times are UTC." }
            span.me { "Signed in as " a href="/console/password" title="Change your password" { (desk.visit.person.name) } }
            button.keys-button type="button" data-keys hidden { "Keys " kbd { "?" } }
        }
        (keys())
    };
    let title = format!("{title} \u{b7} {}", desk.merchant.name);
    whole(status, &title, "desk", &body)
}

/// A page on which nobody is at work for a merchant: signing in, choosing a merchant, something wrong.
pub(crate) fn bare(status: StatusCode, title: &str, content: &Markup) -> Answer {
    let body = html! {
        main.card #main {
            p.brand { img src=(address("icon.svg")) alt="" width="32" height="32"; "Ordrebok" }
            (content)
        }
    };
    whole(status, title, "bare", &body)
}

fn whole(status: StatusCode, title: &str, class: &str, body: &Markup) -> Answer {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " \u{b7} Ordrebok" }
                link rel="icon" href=(address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(address("console.css"));
                script src=(address("console.js")) defer {}
            }
            body class=(class) { (body) }
        }
    };
    let mut answer = Answer::empty(status);
    answer.headers.extend(HEADERS);
    answer.body = page.into_string().into();
    answer
}

fn bar(desk: &Desk) -> Markup {
    let person = &desk.visit.person;
    html! {
        header.bar {
            a.brand href=(desk.path("")) {
                img src=(address("icon.svg")) alt="Ordrebok" width="28" height="28";
                span.merchant { (desk.merchant.name) }
            }
            form.search role="search" method="get" action=(desk.path("orders")) {
                label.unseen for="search" { "Search orders" }
                input #search type="search" name="q" placeholder="Search orders" autocomplete="off" maxlength="200"
                    value=(desk.parameter("q")) aria-keyshortcuts="/";
                kbd aria-hidden="true" { "/" }
            }
            div.who {
                @if person.reach.only().is_none() { a href="/console" { "Merchants" } }
                a.person href="/console/password" title="Change your password" { (person.name) }
                form method="post" action="/console/sign-out" {
                    (token(&desk.visit))
                    button.plain type="submit" { "Sign out" }
                }
            }
        }
    }
}

fn navigation(desk: &Desk, here: Place) -> Markup {
    html! {
        nav.places aria-label="Main" {
            ul {
                @for place in Place::ALL {
                    @if desk.may(place.role()) {
                        li {
                            a href=(desk.path(place.page())) aria-current=[(place == here).then_some("page")] { (place.name()) }
                        }
                    }
                }
            }
        }
    }
}

/// The field that ties a form to its session.
pub(crate) fn token(visit: &Visit) -> Markup {
    html! { input type="hidden" name=(FORM_FIELD) value=(visit.form_token()); }
}

fn keys() -> Markup {
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl {
                div { dt { kbd { "/" } } dd { "Search" } }
                div { dt { kbd { "j" } " " kbd { "k" } } dd { "Next and previous row" } }
                div { dt { kbd { "Enter" } } dd { "Open the row" } }
                div { dt { kbd { "g" } " then a letter" } dd { "Go to " u { "o" } "rders, " u { "c" } "ustomers, " u { "d" } "eliveries, " u { "w" } "ebhooks, " u { "h" } "ome, " u { "m" } "erchants" } }
                div { dt { kbd { "?" } } dd { "Show this" } }
                div { dt { kbd { "Esc" } } dd { "Close this" } }
            }
            form method="dialog" { button type="submit" { "Close" } }
        }
    }
}
