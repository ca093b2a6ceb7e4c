"""How it works: the components and weights as the program has them, and the limits of the data."""

from __future__ import annotations

import inspect

import pandas as pd
import streamlit as st

from dashboard.components.charts import draw, weights_chart
from dashboard.components.labels import SEVERITY_WORDS, STATUS_HELP, severity_badge, status_badge
from dashboard.components.measured import measured_table, measured_words
from dashboard.components.palette import ink
from dashboard.components.text import percent, plain
from dashboard.state import open_desk
from matcher.components import COMPONENTS
from matcher.evaluation.measured import load_measured
from matcher.vetting.policy import known_policies, load_policies

SEVERITY_HELP = {
    "exclude": "Your own policy rules it out.",
    "escalate": "Somebody with authority should decide before any approach.",
    "caution": "Look into it, and agree on safeguards.",
    "observation": "Worth knowing.",
}

desk = open_desk()
settings = desk.matcher.settings
st.title("How it works", anchor=False)
st.markdown(
    "A score is the weighted mean of what the components below can judge, from 0 to 100. What cannot be judged is "
    "never counted as zero: it is marked as not assessed, and the share that is known stands beside every score."
)

total = sum(settings.weights.values())
shares = pd.DataFrame(
    [{"label": item.label, "share": round(settings.weights.get(item.name, 0) / total, 4)} for item in COMPONENTS]
)
st.header("The components and their default weights", anchor=False)
chart_side, text_side = st.columns([2, 3], gap="large")
with chart_side:
    draw(weights_chart(shares, ink()), "Bar chart of the default weight of each component, as listed.")
with text_side:
    for component, share in zip(COMPONENTS, shares["share"], strict=True):
        words = " ".join((inspect.getdoc(type(component)) or "").split())
        st.markdown(f"**{plain(component.label)}** · {percent(share)}  \n{plain(words)}")
st.caption("Every brief can have weights of its own: move the sliders beside a ranking, and save them with the brief.")

st.header("Thin evidence", anchor=False)
st.markdown(
    "Unknown is not zero. Where a component cannot judge, it is counted as usual, that is with "
    f"{percent(settings.usual)}, the value of an organization picked at random; the line *thin evidence* shows what "
    f"that changes. A must counts as met from a strength of {percent(settings.must_strength)} on."
)

st.header("What holds a candidate back", anchor=False)
labels = {item.name: item.label for item in COMPONENTS}
for holdback in settings.holdbacks:
    st.markdown(
        f"**{plain(holdback.label)}** · below {percent(holdback.enough)} of *{plain(labels[holdback.component])}* a "
        f"candidate keeps {percent(holdback.least)} to 100% of its score. The points taken off are shown."
    )

st.header("How a fact is known", anchor=False)
st.markdown("\n".join(f"- {status_badge(status)} {plain(words)}" for status, words in STATUS_HELP.items()))

st.header("Flags", anchor=False)
st.markdown("A flag stands beside the score and never changes it. Hiding by flag is your choice, in the filters.")
st.markdown("\n".join(f"- {severity_badge(code)} {SEVERITY_HELP[code]}" for code in SEVERITY_WORDS))

st.header("Policies", anchor=False)
st.markdown(
    "A policy is a set of rules, each from a document. What a brief's policies exclude is set apart from the ranking, "
    "with the reason; everything else they find is a flag. A person can dismiss a finding, with a reason."
)
for pack in load_policies(known_policies()):
    with st.expander(f"{plain(pack.title)} · {len(pack.rules)} rules", key=f"policy_{pack.code}"):
        st.caption(plain(f"{pack.publisher}. {pack.about}"))
        for rule in pack.rules:
            where = " ".join(part for part in (rule.document.title, rule.document.section) if part)
            st.markdown(f"{severity_badge(rule.severity.value)} **{plain(rule.title)}**  \n:small[{plain(where)}]")

st.header("How well it does", anchor=False)
st.markdown(
    "Measured with this version on data that nothing was tuned on, as far as its authors could help it; what was "
    "aimed at stands beside it, also where it was missed. Every question can be asked of your own data: "
    "`dancecard evaluate --help`."
)
for row in load_measured():
    with st.expander(f"{plain(row.question)} · {plain(measured_words(row))}", key=f"measured_{row.question}"):
        st.caption(plain(f"On {row.data}."))
        st.table(measured_table(row))

st.header("What it cannot know", anchor=False)
st.markdown(
    """
- The starter organizations rest on general public knowledge and are marked *unverified*: check a fact against its
  source before you rely on it.
- No flag does not mean clear. It means that nothing is recorded.
- Texts that are alike are not values that are alike: two organizations can write about the same topic and want opposite
  things. Alikeness counts toward the mission, never toward values.
- Registries list what was registered. Small and informal groups, often the closest to an audience, are missing most.
- A score compares candidates within one brief. It does not measure an organization.
"""
)
