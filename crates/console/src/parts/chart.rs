//! Charts, drawn on the server.

use maud::{Markup, html};

/// How wide and high a chart is drawn.
const WIDTH: u32 = 720;
const HEIGHT: u32 = 310;
/// What is left below the bars for the days, and above them.
const FOOT: u32 = 22;
const HEAD: u32 = 8;

/// One bar: what it stands for, and how high it is, out of 1000 of the highest.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) told: String,
    pub(crate) height: u32,
}

/// A chart of bars side by side, with a table of the same for those who can't see it.
pub(crate) fn bars(title: &str, highest: &str, bars: &[Bar]) -> Markup {
    let count = u32::try_from(bars.len()).unwrap_or(u32::MAX).max(1);
    let step = WIDTH.checked_div(count).unwrap_or(WIDTH).max(1);
    let floor = HEIGHT.saturating_sub(FOOT);
    let room = floor.saturating_sub(HEAD);
    let every = count.div_ceil(6).max(1);
    html! {
        figure.chart {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(format!("{title}. Highest: {highest}.")) {
                line.grid x1="0" x2=(WIDTH) y1=(HEAD) y2=(HEAD) {}
                line.grid x1="0" x2=(WIDTH) y1=(HEAD.saturating_add(room / 2)) y2=(HEAD.saturating_add(room / 2)) {}
                line.axis x1="0" x2=(WIDTH) y1=(floor) y2=(floor) {}
                @for (place, bar) in (0_u32..).zip(bars) {
                    @let left = place.saturating_mul(step);
                    @let high = bar.height.saturating_mul(room).checked_div(1000).unwrap_or(0);
                    @let high = if bar.height > 0 { high.max(2) } else { 0 };
                    g {
                        title { (bar.label) ": " (bar.told) }
                        rect.hit x=(left) y="0" width=(step) height=(floor) {}
                        rect.value x=(left.saturating_add(step / 8)) y=(floor.saturating_sub(high))
                            width=(step.saturating_sub(step / 4).max(1)) height=(high) rx="2" {}
                    }
                    @if place.is_multiple_of(every) {
                        text x=(left.saturating_add(step / 8)) y=(HEIGHT.saturating_sub(6)) { (bar.label) }
                    }
                }
            }
            figcaption.unseen { (title) }
        }
    }
}

/// Shares of a whole, one below the other: name, what it comes to, and its part out of 1000.
pub(crate) fn shares(rows: &[(Markup, String, u32)]) -> Markup {
    html! {
        ul.shares {
            @for (name, told, part) in rows {
                li {
                    span.share-name { (name) }
                    span.number { (told) }
                    svg viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        rect.empty width="1000" height="6" {}
                        rect.value width=(part) height="6" {}
                    }
                }
            }
        }
    }
}
