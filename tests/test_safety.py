"""What the program never does: run what it reads, follow a name out of its folder, or show a secret."""

from __future__ import annotations

import ast
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.export_buttons import UNSAFE
from dashboard.components.vetting_downloads import file_stem
from kb.errors import KbError
from kb.importing.files import given_name
from kb.knowledge_base import KnowledgeBase
from matcher.vetting.errors import PolicyError
from matcher.vetting.policy import load_policy

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    [*(path for room in ("kb", "matcher", "dashboard") for path in (ROOT / room).rglob("*.py")), ROOT / "app.py"]
)
FORBIDDEN_MODULES = {
    "cPickle", "cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve",
    "lxml", "xml", "xmlrpc", "html.parser",
    "ftplib", "telnetlib",
}  # fmt: skip
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp", "torch.load",
    "yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "pandas.read_pickle", "pd.read_pickle",
    "pd.read_html", "pd.read_xml",
    "ssl._create_unverified_context", "subprocess.getoutput", "subprocess.getstatusoutput",
}  # fmt: skip
SAFE_LOADERS = ("SafeLoader", "CSafeLoader")


def dotted(node: ast.expr) -> str:
    """Return the name that a call is made by, as it is written."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "()"


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def dangers(source: str) -> list[str]:
    """Return what a module does that none may do, with its line."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in imports(tree) if {name, name.split(".")[0]} & FORBIDDEN_MODULES]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = dotted(call.func)
        named = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if name in FORBIDDEN_CALLS:
            found.append(f"line {call.lineno}: {name}")
        if name.endswith("yaml.load") and not any(
            loader in ast.unparse(value)
            for value in [*call.args[1:], *(k.value for k in call.keywords)]
            for loader in SAFE_LOADERS
        ):
            found.append(f"line {call.lineno}: yaml.load with a loader that makes objects")
        if named.get("allow_pickle", "False") != "False":
            found.append(f"line {call.lineno}: {name} allows pickles")
        if name in ("np.load", "numpy.load", "np.lib.format.read_array") and named.get("allow_pickle") != "False":
            found.append(f"line {call.lineno}: {name} without allow_pickle=False")
        if named.get("shell", "False") != "False":
            found.append(f"line {call.lineno}: {name} through a shell")
        if named.get("verify") == "False":
            found.append(f"line {call.lineno}: {name} without looking at certificates")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_is_read_is_run(path: Path):
    assert dangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from xml.etree import ElementTree", "eval('1')", "import os\nos.system('x')", "yaml.load(text)",
     "yaml.load(text, Loader=yaml.Loader)", "np.load(path)", "np.load(path, allow_pickle=True)",
     "subprocess.run('x', shell=True)", "tempfile.mktemp()", "torch.load(path)", "requests.get(url, verify=False)"],
)  # fmt: skip
def test_a_danger_would_be_seen(source: str):
    assert dangers(source)


def test_what_is_safe_passes():
    assert dangers("yaml.load(text, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))\nre.compile('x')") == []


TRAVERSALS = [
    "..", ".", "", "/", "\\", "../x.csv", "..\\x.csv", "/etc/passwd", "C:\\x.csv", "a/../../x.csv", "x\x00.csv",
    "....//x.csv", "\u202egpj.csv", "~", "~/x.csv", "\ud800.csv", "-rf.csv", "\u4e2d" * 300 + ".csv", " . ",
    "..csv", "x\n.csv", "nul", "CON.csv", "a:b.csv",
]  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
def test_a_file_that_is_handed_over_stays_in_its_folder(tmp_path: Path, name: str):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / given_name(name, "list.csv")
    path.write_bytes(b"x")
    assert sorted(tmp_path.rglob("*")) == [folder, path]


@given(st.text(st.characters(), max_size=300))
def test_any_name_is_one_that_every_system_takes(name: str):
    made = given_name(name, "list.csv")
    assert made not in ("", ".", "..")
    assert not set(made) & set('/\\:*?"<>|\x00\n')
    assert not made.endswith((" ", "."))
    assert len(made.encode("utf-8")) <= 150
    assert given_name(made, "list.csv") == made


@given(st.text(max_size=100) | st.sampled_from(TRAVERSALS))
def test_what_is_downloaded_is_named_in_letters_and_digits(title: str):
    for stem in (file_stem(title), UNSAFE.sub("-", title.lower())):
        assert not set(stem) & set('/\\:*?"<>|\x00\n')
        assert ".." not in stem
    assert file_stem(title)


def test_a_policy_pack_extends_nothing_outside_its_folder(tmp_path: Path):
    (tmp_path / "packs").mkdir()
    (tmp_path / "secret.yaml").write_text("password: HUNTER2\n")
    pack = tmp_path / "packs" / "own.yaml"
    for name in ("../secret.yaml", str(tmp_path / "secret.yaml"), "x/../../secret.yaml"):
        pack.write_text(f"code: own\ntitle: O\npublisher: P\nversion: '1'\nabout: A\nextends: ['{name}']\nrules: []\n")
        with pytest.raises(PolicyError, match="outside this pack's folder") as caught:
            load_policy(pack)
        assert "HUNTER2" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_a_pipe_is_no_policy_pack(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(PolicyError, match="not an ordinary file"):
        load_policy(tmp_path / "pipe.yaml")


def test_ids_out_of_a_link_are_looked_up_and_nothing_else(kb: KnowledgeBase):
    before = kb.batches(5)
    texts = [name for name in TRAVERSALS if "\ud800" not in name]
    for name in [*texts, "'; DROP TABLE organization; --", "%", "_", "a" * 100_000, "1e9", "\x00"]:
        for ask in (kb.get, kb.brief):
            with pytest.raises(KbError):
                ask(name)
        assert kb.get_many([name]) == []
    assert kb.batches(5) == before


SECRET = "HUNTER2"
BROKEN = [
    f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/x",
    f"postgresql://u:{SECRET}@127.0.0.1:1/x",
    f"postgres://u:{SECRET}@127.0.0.1:1/x",
    f"postgresql+psycopg://u:{SECRET}@127.0.0.1:notaport/x",
    f"postgresql+psycopg://u:{SECRET}@[::1/x",
    f"postgresql+nothing://u:{SECRET}@127.0.0.1:1/x",
    f"mysql://u:{SECRET}@127.0.0.1:1/x",
    f" postgresql://u:{SECRET}@127.0.0.1:1/x",
    f"://u:{SECRET}@127.0.0.1/x",
    f"postgresql+psycopg://127.0.0.1:1/x?user=u&password={SECRET}",
    f"postgresql+psycopg://127.0.0.1:1/x?sslpassword={SECRET}",
    f"sqlite://u:{SECRET}@127.0.0.1/nothing.db",
    f"postgresql//u:{SECRET}@127.0.0.1:1/x",
    f"postgresql:/u:{SECRET}@127.0.0.1/x",
    f"u:{SECRET}@127.0.0.1:1/x",
    f"postgresql+psycopg://u:p@{SECRET}@127.0.0.1:1/x",
]


@pytest.mark.parametrize("address", BROKEN)
def test_a_password_is_never_shown(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "all.log"
    handler = logging.FileHandler(file, encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with pytest.raises(KbError) as caught:
            KnowledgeBase.open(address, create=False)
        logging.getLogger("any").error("it failed", exc_info=caught.value)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error!s}{error!r}"
        error = error.__cause__ or error.__context__
    quoted = "".join(traceback.format_exception(caught.value)).replace(f"f{address!r}", "")
    said = [line for line in quoted.splitlines() if not line.startswith("    ")]
    assert not [line for line in said if SECRET in line]
    assert SECRET not in "".join(capfd.readouterr())
    assert SECRET not in file.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["all.log"]
