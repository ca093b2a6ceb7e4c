"""The door: page configuration and navigation, nothing else."""

from pathlib import Path

import streamlit as st

from dashboard.components.person import admitted, show_person
from dashboard.settling import settle_memory
from dashboard.signin_desk import keep_errand, take_errand

HERE = Path(__file__).parent / "dashboard"

st.set_page_config(page_title="Dancecard", page_icon=str(HERE / "mark.svg"), layout="wide")
st.logo(str(HERE / "wordmark.svg"), size="large", icon_image=str(HERE / "wordmark.svg"))
st.html(HERE / "style.css")

settle_memory()
inside = admitted()

page = st.navigation(
    [
        st.Page(HERE / "pages/start.py", title="Start", url_path="start", default=True),
        st.Page(HERE / "pages/brief.py", title="Brief", url_path="brief"),
        st.Page(HERE / "pages/partners.py", title="Find partners", url_path="partners"),
        st.Page(HERE / "pages/compare.py", title="Compare", url_path="compare"),
        st.Page(HERE / "pages/coalition.py", title="Coalition", url_path="coalition"),
        st.Page(HERE / "pages/shortlist.py", title="Shortlist", url_path="shortlist"),
        st.Page(HERE / "pages/plan.py", title="Plan", url_path="plan"),
        st.Page(HERE / "pages/vetting.py", title="Vetting", url_path="vetting"),
        st.Page(HERE / "pages/explore.py", title="Explore", url_path="explore"),
        st.Page(HERE / "pages/organization.py", title="Organizations", url_path="organization"),
        st.Page(HERE / "pages/data.py", title="Data", url_path="data"),
        st.Page(HERE / "pages/how_it_works.py", title="How it works", url_path="how_it_works"),
    ],
    position="top" if inside else "hidden",
)
if not inside:
    keep_errand(page)
elif wanted := take_errand():
    st.switch_page(HERE / f"pages/{wanted[0]}.py", query_params=wanted[1])
else:
    show_person()
    page.run()
