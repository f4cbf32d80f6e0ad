//! The order as each API shows it, side by side.

use super::apis;
use crate::State;
use crate::parts::json::laid_out;
use crate::parts::status::api;
use maud::{Markup, html};
use order::Order;

pub(super) fn section(state: &State, order: &Order) -> Markup {
    html! {
        section.panel aria-labelledby="shown-title" {
            h2 #shown-title { "As each API shows it" }
            div.apis {
                @for dialect in apis(order) {
                    @let name = api(dialect);
                    section.api aria-label=(format!("As {name} shows it")) {
                        h3 { (name) @if dialect == order.origin { span.sub { "its own" } } }
                        pre tabindex="0" role="region" aria-label=(format!("JSON of {name}")) { code {
                            (laid_out(&String::from_utf8_lossy(&(state.dialects().render)(dialect, order))))
                        } }
                    }
                }
            }
        }
    }
}
