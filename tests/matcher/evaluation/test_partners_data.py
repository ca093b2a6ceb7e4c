import gzip
from datetime import date

import numpy as np
import pytest

from matcher.errors import LabelsError, TooLittleDataError
from matcher.evaluation.partners_data import read_track_records
from matcher.evaluation.partners_split import split_records

PLAIN_ENGAGEMENTS = "engagement_id,title,text,start_date\n"
PLAIN_PARTICIPATIONS = "engagement_id,organization_id,name,kind,country,role\n"


def write(folder, engagements, participations, encoding="utf-8"):
    paths = folder / "engagements.csv", folder / "participations.csv"
    for path, text in zip(paths, (engagements, participations), strict=True):
        path.write_bytes(text.encode(encoding))
    return paths


def test_the_plain_form_is_read(tmp_path):
    paths = write(
        tmp_path,
        PLAIN_ENGAGEMENTS + "e1,Hand washing,Soap in schools,2020-05-01\n",
        PLAIN_PARTICIPATIONS + "e1,o2,Soap Co,company,KE,partner\ne1,o1,Health Office,agency,KE,Coordinator\n",
    )
    records = read_track_records(*paths)
    assert records.ids == ("e1",)
    assert records.names == ("Health Office", "Soap Co")
    assert records.leads.tolist() == [True, False]
    assert records.kind.tolist() == ["agency", "company"]
    assert records.dates[0] == np.datetime64("2020-05-01")


def test_cordis_columns_semicolons_gzip_and_a_byte_order_mark_are_read(tmp_path):
    engagements = tmp_path / "project.csv.gz"
    engagements.write_bytes(
        gzip.compress(
            "\ufeffid;title;objective;startDate;topic;euroSciVoc;programme\n"
            '1;"A; title";"two\nlines";2023-01-01;Call;/a/b|/a/c;H.1\n'.encode()
        )
    )
    participations = tmp_path / "organization.csv"
    participations.write_text(
        "projectID;orgID;type;name;shortName;activityType;country\n1;9;coordinator;Nine AG;NINE;PRC;DE\n"
    )
    records = read_track_records(engagements, participations)
    assert records.titles == ("A; title",)
    assert records.texts == ("two\nlines",)
    assert records.classifications == ("/a/b|/a/c",)
    assert records.short_names == (("NINE", "Nine AG"),)


def test_kind_country_date_and_name_may_be_missing(tmp_path):
    paths = write(tmp_path, "engagement_id,title\ne1,Soap\n", "engagement_id,organization_id,role\ne1,o1,coordinator\n")
    records = read_track_records(*paths)
    assert np.isnat(records.dates).all()
    assert records.kind.tolist() == records.country.tolist() == [""]
    assert records.names == ("o1",)
    assert records.dropped["engagements_without_date"] == 1


@pytest.mark.parametrize(
    ("engagements", "participations", "named"),
    [
        ("title,text\na,b\n", PLAIN_PARTICIPATIONS, "engagement_id or id or projectID"),
        ("engagement_id,start_date\na,b\n", PLAIN_PARTICIPATIONS, "title or text or objective"),
        (PLAIN_ENGAGEMENTS + "e,a,b,\n", "engagement_id,name,kind\n", "organization_id or orgID"),
        (PLAIN_ENGAGEMENTS + "e,a,b,\n", "engagement_id,organization_id\n", "role or type"),
        ("", PLAIN_PARTICIPATIONS, "it has none"),
        (PLAIN_ENGAGEMENTS, PLAIN_PARTICIPATIONS, "no row that can be used"),
        (PLAIN_ENGAGEMENTS + "e,a,b,\n", PLAIN_PARTICIPATIONS + "other,o,n,k,c,coordinator\n", "check its ids"),
    ],
)
def test_what_is_missing_is_named(tmp_path, engagements, participations, named):
    with pytest.raises(LabelsError, match=named):
        read_track_records(*write(tmp_path, engagements, participations))


def test_a_missing_or_broken_file_is_an_error(tmp_path):
    with pytest.raises(LabelsError, match="cannot be read"):
        read_track_records(tmp_path / "none.csv", tmp_path / "none.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(LabelsError, match="cannot be read"):
        read_track_records(broken, broken)


def test_hostile_rows_are_survived(tmp_path):
    paths = write(
        tmp_path,
        PLAIN_ENGAGEMENTS
        + 'e1,\x00caf\xe9,"a,b",not a date\ne1,again,,\n,no id,,\nshort\n'
        + f"e2,{'x' * 200_000},,2020\n",
        PLAIN_PARTICIPATIONS + "e1,o1,Ö,,,coordinator\ne1,o1,Ö,,,partner\ne1,,x,,,partner\nnowhere,o1,x,,,\ne2,o1\n",
        "latin-1",
    )
    records = read_track_records(*paths)
    assert len(records.engagement) == 2
    assert records.leads.tolist() == [True, False]
    assert records.dropped["repeated_engagements"] == 1
    assert records.dropped["participations_elsewhere"] == 2
    assert records.dates.tolist()[-1] == date(2020, 1, 1)


@pytest.fixture
def records(tmp_path):
    engagements, participations = PLAIN_ENGAGEMENTS, PLAIN_PARTICIPATIONS
    for i, day in enumerate(["2020-01-01", "2021-01-01", "2022-01-01", "2022-06-01", ""]):
        engagements += f"e{i},Title {i},words,{day}\n"
        for member, kind in enumerate(["agency", "company", "company", "charity"]):
            role = "coordinator" if member == 0 else "partner"
            participations += f"e{i},o{member},Name {member},{kind},KE,{role}\n"
    return read_track_records(*write(tmp_path, engagements + "e9,Lonely,words,2022-02-02\n", participations))


def test_only_earlier_engagements_are_known(records):
    split = split_records(records, start=date(2022, 1, 1), until=date(2022, 6, 1))
    assert split.known.tolist() == [0, 1]
    assert [records.ids[query.engagement] for query in split.queries] == ["e2"]


def test_gold_are_candidates_of_the_kinds_that_did_not_lead(records):
    split = split_records(records, start=date(2022, 1, 1), until=None, kinds=("company",))
    found = {records.names[split.candidates[place]] for place in split.queries[0].gold}
    assert found == {"Name 1", "Name 2"}
    assert split.queries[0].seeker_candidate == -1


def test_without_kinds_everyone_is_a_candidate_but_the_seeker_is_no_gold(records):
    split = split_records(records, start=date(2022, 1, 1), until=None)
    assert len(split.candidates) == 4
    assert split.queries[0].seeker_candidate not in split.queries[0].gold


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"start": date(2022, 1, 1), "until": date(2021, 1, 1)}, "--from must come before"),
        ({"start": date(2030, 1, 1), "until": date(2031, 1, 1)}, "nothing can be asked"),
        ({"start": date(2019, 1, 1), "until": None}, "0 engagements are known"),
        ({"start": date(2022, 1, 1), "until": None, "kinds": ("bank",)}, "kinds in the data: agency, charity, company"),
        ({"start": date(2022, 1, 1), "until": None, "min_organizations": 9}, "Widen"),
    ],
)
def test_a_split_that_leaves_nothing_says_why(records, options, named):
    with pytest.raises(TooLittleDataError, match=named):
        split_records(records, **options)


def test_without_dates_a_window_is_refused_and_a_fifth_is_held_out(tmp_path):
    engagements = "engagement_id,title\n" + "".join(f"e{i},Title\n" for i in range(50))
    rows = "".join(f"e{i},o{m},{'coordinator' if m == 0 else 'partner'}\n" for i in range(50) for m in range(3))
    records = read_track_records(*write(tmp_path, engagements, "engagement_id,organization_id,role\n" + rows))
    with pytest.raises(TooLittleDataError, match="no engagement has a start date"):
        split_records(records, start=date(2020, 1, 1), until=None)
    split = split_records(records, start=None, until=None)
    assert 3 <= len(split.queries) <= 20
    assert len(split.queries) + len(split.known) == 50
    assert "held out" in split.rule
