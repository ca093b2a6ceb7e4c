"""The dashboard with an encoder that loads nothing; everything else is as users get it."""

from __future__ import annotations

import sys

from dashboard_sample import TinyEncoder
from streamlit.web import cli

import dashboard.state
from kb.knowledge_base import KnowledgeBase
from matcher import Matcher

dashboard.state.open_matcher = lambda url: Matcher(KnowledgeBase.open(url), TinyEncoder())
sys.argv = ["streamlit", "run", *sys.argv[1:]]
sys.exit(cli.main())
