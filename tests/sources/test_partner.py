"""Partner figures by area and by code: the mapping, the presets, the minimum cell, and any dialect read back equal."""

from __future__ import annotations

import contextlib
import csv
import shutil
import tempfile
import textwrap
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lwo_analysis.cleaning.missing import STATUS_OF_REASON
from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError, RecycledCodeError
from lwo_analysis.indicators.delivered import figures_of_delivery
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.provenance import SourceCard, read_card
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources import partner_mapping
from lwo_analysis.sources.importing import import_files
from lwo_analysis.sources.partner import DeliveredFigures, read_partner_figures
from lwo_analysis.sources.partner_mapping import MAPPING_NAME, REASONS, read_partner_mapping
from tests.support.partner_files import (
    FIGURES,
    HEADER,
    IDENTITY,
    csv_text,
    figure,
    figures_of,
    mapping_with,
    read,
    write_book,
    write_mapping,
    write_text,
)
from tests.support.shared_data import shared_path

CARD = SourceCard(**IDENTITY, retrieved="2025-04-01")
CODES = {"oud-oost": "WK008020", "bilgaard": "WK008060", "vrijheidswijk": "WK008061", "heechterp-schieringen": "WK008050"}
CODES |= {"camminghaburen": "WK008051"}
BY_CODE = {"column": "Code", "kind": "cbs_code", "boundary_year": 2023, "names": {}}
COUNTS = [{"indicator": "neighbourhood_attachment", "unit": "percent", "numerator": "T", "denominator": "N"}]


def delivered_by_code(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = ("Code", "Jaar", "T", "N"), **changes):
    mapping = mapping_with(**{"area": BY_CODE, "figures": COUNTS, "minimum_cell": 0, **changes})
    return read(write_text(folder, csv_text((header, *rows))), mapping)


def areas_of(figures: DeliveredFigures) -> pd.DataFrame:
    return figures_of_delivery(figures, CARD).set_index(["area_id", "year"])


def test_counts_of_five_wijken_add_up_to_the_whole_area(tmp_path):
    rows = [(code, "2023", str(10 * place), "100") for place, code in enumerate(CODES.values(), 1)]
    figures = areas_of(delivered_by_code(tmp_path, rows))
    assert figures.loc[("oud-oost", 2023), "value"] == 10.0
    lwo = figures.loc[("lwo", 2023)]
    assert (lwo["numerator"], lwo["denominator"], lwo["value"]) == (10 + 20 + 30 + 40 + 50, 500, 100 * 150 / 500)


def test_shares_without_counts_are_never_averaged(tmp_path):
    rows = [(code, "2023", "30,5") for code in CODES.values()]
    figures = areas_of(delivered_by_code(tmp_path, rows, ("Code", "Jaar", "Binding"), figures=figure()))
    assert figures.loc[("bilgaard", 2023), "value"] == 30.5
    assert figures.loc[("lwo", 2023), "status"] == "not_published"


def test_a_part_under_the_minimum_hides_itself_and_its_total(tmp_path):
    rows = [(code, "2023", "9" if place == 0 else "40", "100") for place, code in enumerate(CODES.values())]
    delivered = delivered_by_code(tmp_path, rows, minimum_cell=10)
    assert delivered.suppressed == 1
    figures = areas_of(delivered)
    for area in ("oud-oost", "lwo"):
        assert figures.loc[(area, 2023), "status"] == "suppressed"
        assert figures.loc[(area, 2023), ["value", "numerator", "denominator", "n"]].isna().all()
    assert figures.loc[("bilgaard", 2023), "value"] == 40.0


@pytest.mark.parametrize(("value", "n", "is_hidden"), [("10", "90", True), ("10", "100", False), ("50", "9", True)])
def test_a_share_with_its_number_of_people_is_hidden_when_it_stands_for_too_few(tmp_path, value, n, is_hidden):
    # 10 % of 90 is 9 people, 10 % of 100 is 10
    path = write_text(tmp_path, csv_text(((*HEADER, "n"), ("Bilgaard", "2023", value, n))))
    assert read(path, mapping_with(figures=figure(n="n"))).suppressed == is_hidden


def test_until_2017_the_codes_of_the_other_wijken_make_up_the_area(tmp_path):
    old = {"column": "Code", "kind": "cbs_code", "boundary_year": 2017, "names": {}}
    rows = [("WK008030", "2016", "10", "100"), ("WK008031", "2016", "20", "100"), ("WK008032", "2016", "30", "200")]
    figures = areas_of(delivered_by_code(tmp_path, rows, area=old))
    assert figures.loc[("oud-oost", 2016), "value"] == 100 * 60 / 400


def test_a_recycled_code_is_refused_unless_all_years_were_restated(tmp_path):
    rows = [("WK008020", "2016", "10", "100")]
    with pytest.raises(RecycledCodeError, match="WK008020 in 2016"):
        areas_of(delivered_by_code(tmp_path, rows))
    figures = areas_of(delivered_by_code(tmp_path, rows, area={**BY_CODE, "restated": True}))
    assert figures.loc[("oud-oost", 2016), "value"] == 10.0


def test_names_beside_the_codes_give_a_recycled_code_away(tmp_path):
    named = {**BY_CODE, "name_column": "Naam"}
    rows = [("WK008020", "2023", "10", "100", "Transvaalwijk & Rengerspark")]
    with pytest.raises(RecycledCodeError, match="expected Oud-Oost"):
        areas_of(delivered_by_code(tmp_path, rows, ("Code", "Jaar", "T", "N", "Naam"), area=named))


def test_each_year_can_be_on_its_own_boundaries(tmp_path):
    rows = [("WK008034", "2016", "10", "100"), ("WK008035", "2016", "30", "100"), ("WK008050", "2019", "50", "100")]
    figures = areas_of(delivered_by_code(tmp_path, rows, area={**BY_CODE, "boundary_year": "period"}))
    area = "heechterp-schieringen"
    assert figures.loc[(area, 2016), "value"] == 100 * 40 / 200
    assert figures.loc[(area, 2019), "value"] == 50.0


def test_codes_that_make_up_no_area_are_counted_and_named(tmp_path):
    rows = [("WK008030", "2016", "1", "100"), ("WK008021", "2016", "20", "100")]
    figures = delivered_by_code(tmp_path, rows, area={**BY_CODE, "boundary_year": 2017})
    with pytest.warns(
        DroppedRowsWarning, match="1 of 2 CBS codes make up no whole area and are left out; incomplete: .*oud-oost"
    ):
        figures_of_delivery(figures, CARD)
    with pytest.raises(InputError, match="expected the CBS codes of at least one area, found BU99999999"):
        areas_of(delivered_by_code(tmp_path, [("BU99999999", "2023", "1", "100")]))


def test_rows_of_parts_of_an_area_are_summed_when_the_mapping_says_so(tmp_path):
    names = {"01AB|00": "lwo", "02CD|00": "lwo", "03EF|00": "lwd-rest"}
    mapping = mapping_with(area={"names": names}, figures=COUNTS, combine="sum", minimum_cell=0)
    rows = (("Gebied", "Jaar", "T", "N"), ("01AB|00", "2023", "20", "50"), ("02CD|00", "2023", "10", "50"))
    text = csv_text((*rows, ("03EF|00", "2023", "x", "80")))
    delivered = read(write_text(tmp_path, text), mapping).rows.set_index("key")
    assert (delivered.loc["lwo", "numerator"], delivered.loc["lwo", "value"]) == (30, 100 * 30 / 100)
    assert delivered.loc["lwd-rest", "missing_reason"] == "suppressed_or_unknown"
    with pytest.raises(InputError, match="only counts to sum"):
        read(write_text(tmp_path, text), mapping_with(combine="sum"))


def test_only_the_asked_rows_of_a_long_table_are_read(tmp_path):
    rows = (
        ("Gebied", "Jaar", "Onderwerp", "Binding"),
        ("Bilgaard", "2023", "binding", "39"),
        ("Bilgaard", "2023", "rapport", "7"),
    )
    mapping = mapping_with(figures=figure(where={"Onderwerp": "Binding"}))
    assert figures_of(write_text(tmp_path, csv_text(rows)), mapping) == {("bilgaard", 2023): 39.0}
    with pytest.raises(InputError, match="expected rows with Onderwerp = 'Bindng', found none"):
        read(write_text(tmp_path, csv_text(rows)), mapping_with(figures=figure(where={"Onderwerp": "Bindng"})))


def test_intervals_and_amounts_in_thousands_come_along(tmp_path):
    header = ("Gebied", "Jaar", "Inkomen", "van", "tot")
    mapping = mapping_with(figures=[{"indicator": "income", "unit": "euro", "value": "Inkomen", "lower": "van", "upper": "tot"}])
    mapping["figures"][0]["factor"] = 1000
    path = write_text(tmp_path, csv_text((header, ("Bilgaard", "2023", "28,2", "27,1", "29,3"))))
    row = read(path, mapping).rows.iloc[0]
    assert (row["value"], row["lower"], row["upper"]) == (28200.0, 27100.0, 29300.0)
    turned = write_text(tmp_path, csv_text((header, ("Bilgaard", "2023", "28,2", "29,1", "29,3"))))
    with pytest.raises(InputError, match="expected an interval around the value"):
        read(turned, mapping)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"layout": {"decimal": ";"}}, r"layout\.decimal: expected a comma or a point"),
        ({"layout": {"thousands": ","}}, r"layout\.thousands: expected another sign than the decimal one"),
        ({"layout": {"missing": {"-": "zero"}}}, r"layout\.missing: expected reasons of suppressed_or_unknown"),
        ({"layout": {"header_rows": "2"}}, r"layout, header_rows: expected int"),
        ({"layout": {"decimals": 1}}, r"layout: expected the keys of Layout .* found unknown \['decimals'\]"),
        ({"area": {"kind": "postcode"}}, r"area\.kind: expected one of area_id, cbs_code"),
        ({"area": {"names": {"Oud-Oost": "oudoost"}}}, r"area\.names: expected ids of catalogue/areas\.yml"),
        ({"area": {"names": {8020: "oud-oost"}}}, r"area, names: expected .*digits between quotes"),
        ({"area": {"kind": "cbs_code"}}, r"area\.boundary_year: expected the year whose boundaries"),
        ({"period": {"format": "month"}}, r"period\.format: expected one of year"),
        ({"period": {"column": "", "value": 23}}, r"period\.value: expected a year from 1900 to 2100"),
        ({"period": {"value": 2023}}, "expected a column or a value, found 'both'"),
        ({"figures": figure(indicator="happiness")}, r"expected an id of catalogue/indicators\.yml"),
        ({"figures": figure(unit="euro")}, "unit: expected percent or fraction, as the indicator"),
        ({"figures": figure(value="", n="n")}, "expected a value, or a numerator with a denominator"),
        ({"figures": [*figure(), *figure(value="Ander")]}, "expected every indicator once"),
        ({"figures": []}, "figures: expected a list with at least one entry"),
        ({"identity": {"source_id": "kwb"}}, r"identity\.source_id: expected one of partner"),
        ({"identity": {"table": "../../etc"}}, r"identity\.table: expected a name of letters"),
        ({"identity": {"table": "84799NED"}}, r"identity\.table: expected .* that no other source has"),
        ({"minimum_cell": "ten"}, "minimum_cell: expected int"),
        ({"notes": "x"}, "expected the sections"),
        ({"preset": "excel"}, "preset: expected one of statline-web"),
    ],
)
def test_a_wrong_mapping_is_told_in_one_line(tmp_path, changes, problem):
    with pytest.raises(InputError, match=problem) as caught:
        read_partner_mapping(write_mapping(tmp_path, mapping_with(**changes)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "a: !!python/object/apply:os.system [ls]", "\x00"])
def test_a_mapping_that_is_no_mapping_is_refused_and_never_run(tmp_path, text):
    path = tmp_path / "m.yml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"m\.yml"):
        read_partner_mapping(path)


def test_a_minimum_cell_must_be_stated(tmp_path):
    mapping = mapping_with()
    del mapping["minimum_cell"]
    with pytest.raises(InputError, match=r"absent \['minimum_cell'\]"):
        read_partner_mapping(write_mapping(tmp_path, mapping))


def test_the_reasons_are_those_that_become_a_status():
    assert set(REASONS) == set(STATUS_OF_REASON)


def statline_mapping(preset: str, **changes) -> dict:
    identity = {**IDENTITY, "source_id": "statline-web", "table": "export"}
    return {"preset": preset, "identity": identity, "minimum_cell": 0, **changes}


def test_a_statline_export_with_two_header_rows_and_decimal_commas_equals_a_plain_reading(tmp_path):
    path = shared_path("cbs/statline-exports/statline_export_kwb2015_amsterdam_multirow_header_decimal_comma.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = list(csv.reader(stream, delimiter=";"))[5:]
    plain = {row[0]: float(row[2].replace(",", ".")) for row in cells if len(row) > 2 and row[2] not in (".", "")}
    stem = "Inkomen|Inkomen van personen|"
    names = {row[0]: f"BU0363{place:04d}" for place, row in enumerate(cells) if len(row) > 1}
    area = {"column": "Wijken en buurten", "kind": "cbs_code", "boundary_year": 2015, "names": names}
    column = f"{stem}Gemiddeld inkomen per inkomensontvanger | x 1 000 euro"
    income = {"indicator": "income", "unit": "euro", "factor": 1000, "value": column}
    mapping = statline_mapping("statline-web", area=area, period={"value": 2015}, figures=[income])
    delivered = read_partner_figures(path, read_partner_mapping(write_mapping(tmp_path, mapping)))
    found = dict(delivered.rows[["key", "value"]].dropna().itertuples(index=False))
    assert found == {names[name]: pytest.approx(1000 * value) for name, value in plain.items()}
    assert len(found) > 90
    assert delivered.notes == ("Bron: CBS",)


def test_a_statline_export_with_symbols_keeps_its_padded_codes_and_missing_signs(tmp_path):
    path = shared_path("cbs/statline-exports/statline_export_ses_woa_2019_amsterdam_csv_met_symbolen.csv")
    area = {"column": "Regiocode (gemeente, wijk, buurt) (code)", "kind": "cbs_code", "boundary_year": 2021}
    area["name_column"] = "Wijken en buurten"
    score = {"indicator": "ses_score", "unit": "index", "value": "SES-WOA/Totaalscore/Gemiddelde score (Getal)"}
    mapping = statline_mapping("statline-web-symbols", area=area, period={"column": "Perioden"}, figures=[score])
    rows = read_partner_figures(path, read_partner_mapping(write_mapping(tmp_path, mapping))).rows
    plain = pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig")
    score_text = plain["SES-WOA/Totaalscore/Gemiddelde score (Getal)"].str.strip()
    assert rows["key"].tolist() == plain["Regiocode (gemeente, wijk, buurt) (code)"].str.strip().tolist()
    assert rows["value"].isna().tolist() == score_text.eq(".").tolist()
    assert rows["value"].dropna().tolist() == score_text[score_text.ne(".")].astype(float).tolist()
    assert set(rows.loc[rows["value"].isna(), "missing_reason"]) == {"suppressed_or_unknown"}


def test_a_swing_export_reads_with_its_signs_for_missing(tmp_path):
    text = "Binding met de wijk;;\n;Binding;\nWijk;2022;2023\nOud-Oost;30,5;-\nBilgaard;x;?\nBron: gemeente;;\n"
    mapping = mapping_with(preset="swing", area={"column": "Wijk"}, figures=figure(value="Binding | {year}"))
    mapping["layout"], mapping["period"] = {"decimal": ","}, {}
    rows = read(write_text(tmp_path, text), mapping).rows
    reasons = rows.set_index(["key", "year"])["missing_reason"].to_dict()
    assert reasons == {
        ("oud-oost", 2022): "",
        ("bilgaard", 2022): "suppressed_or_unknown",
        ("oud-oost", 2023): "absent",
        ("bilgaard", 2023): "absent",
    }


def test_an_imported_file_gets_a_card_and_its_figures_are_built(tmp_path):
    raw = tmp_path / "raw"
    path, mapping = write_text(tmp_path, csv_text() + "Bron: gemeente\n"), write_mapping(tmp_path, mapping_with())
    card = import_files(path, module="partner", raw=raw, retrieved="2025-04-01", mapping=mapping)[0]
    assert read_card(raw / "evictions") == card
    assert set(card.files) == {"file.csv", MAPPING_NAME}
    assert "note: Bron: gemeente" in card.note
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", raw / "published")
    report = build_observations(raw, tmp_path / "processed")
    assert ("evictions", 3, 0) in report.tables
    built = pd.read_parquet(report.path)
    mine = built[built["source_id"].eq("partner")]
    assert {(row.area_id, row.year): row.value for row in mine.itertuples()} == FIGURES
    assert set(mine["origin"]) == {"partner"}
    assert set(mine["vintage"]) == {"2025-03-01"}


def test_a_bad_file_leaves_what_was_imported_before(tmp_path):
    mapping = write_mapping(tmp_path, mapping_with())
    how = {"module": "partner", "raw": tmp_path / "raw", "retrieved": "2025-04-01", "mapping": mapping}
    kept = import_files(write_text(tmp_path, csv_text()), **how)
    bad = write_text(tmp_path, csv_text().replace("39", "veel"))
    with pytest.raises(InputError, match="found 'veel'"):
        import_files(bad, **how)
    assert [read_card(tmp_path / "raw" / "evictions")] == kept


def test_a_mapping_is_asked_for_where_it_is_needed_and_only_there(tmp_path):
    for module, mapping in (("partner", None), ("survey", None), ("rivm", tmp_path / "m.yml")):
        with pytest.raises(ParameterError, match="--mapping: expected a mapping file for partner and survey"):
            import_files(tmp_path, module=module, raw=tmp_path / "raw", retrieved="d", mapping=mapping)


AREAS = ("oud-oost", "bilgaard", "vrijheidswijk", "camminghaburen", "lwo", "lwd")
LABELS = {"oud-oost": 'Oud-Oost; "de wijk"', "bilgaard": "Bilgaard, e.o.", "vrijheidswijk": "Vrijheidswijk ë"}
SIGNS = {"x": "suppressed_or_unknown", "-": "absent", "?": "not_yet_published"}
tables = st.dictionaries(
    st.tuples(st.sampled_from(AREAS), st.integers(2000, 2026)),
    st.one_of(st.integers(-10_000_000, 10_000_000).map(lambda number: number / 100), st.sampled_from(sorted(SIGNS))),
    min_size=1,
    max_size=12,
)
dialects = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["csv", "csv", "csv", "xlsx"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        "delimiter": st.sampled_from([";", ",", "\t", "|"]),
        "decimal": st.sampled_from([",", "."]),
        "thousands": st.sampled_from(["", " ", "'", "other"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        "end": st.sampled_from(["\n", "\r\n", "\r"]),
        "preamble": st.integers(0, 4),
        "notes": st.integers(0, 3),
        "extra": st.booleans(),
        "order": st.permutations(range(3)),
        "padding": st.sampled_from(["", " ", "\u00a0"]),
        "texts": st.booleans(),
    }
)


def written(value: float, dialect: dict) -> str:
    """Return a number as the dialect writes it."""
    thousands = {"other": "." if dialect["decimal"] == "," else ","}.get(dialect["thousands"], dialect["thousands"])
    return f"{value:,.2f}".replace(",", "T").replace(".", dialect["decimal"]).replace("T", thousands)


def rows_in(table: dict, dialect: dict) -> list[list[object]]:
    """Return the rows of a file in the dialect: titles, a header, the figures, notes."""
    pad = dialect["padding"]
    is_number = dialect["kind"] == "xlsx" and not dialect["texts"]

    def cell(value: float | str) -> object:
        return value if isinstance(value, str) else value if is_number else pad + written(value, dialect) + pad

    body = [
        [pad + LABELS.get(area, area), year if is_number else f"{year}{pad}", cell(value)]
        for (area, year), value in table.items()
    ]
    lines = [["Gebied", "Jaar" + pad, "Waarde"], *body]
    ordered = [[line[place] for place in dialect["order"]] + (["weg"] if dialect["extra"] else []) for line in lines]
    width = len(ordered[0])
    note_at = dialect["order"].index(0)
    notes = [["Bron: gemeente" if place == note_at else "" for place in range(width)] for _ in range(dialect["notes"])]
    return [["Titel"] + [""] * (width - 1) for _ in range(dialect["preamble"])] + ordered + notes


def write_dialect(folder: Path, table: dict, dialect: dict) -> Path:
    rows = rows_in(table, dialect)
    if dialect["kind"] == "xlsx":
        return write_book(folder, rows)
    path = folder / "file.csv"
    with path.open("w", encoding=dialect["encoding"], newline="") as stream:
        writer = csv.writer(stream, delimiter=dialect["delimiter"], quoting=dialect["quoting"], lineterminator=dialect["end"])
        writer.writerows(rows)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables, dialect=dialects)
def test_a_table_in_any_dialect_reads_back_equal(table, dialect):
    thousands = {"other": "." if dialect["decimal"] == "," else ","}.get(dialect["thousands"], dialect["thousands"])
    mapping = mapping_with(
        layout={"decimal": dialect["decimal"], "thousands": thousands, "missing": SIGNS},
        area={"names": {label: area for area, label in LABELS.items()}},
        figures=[{"indicator": "income", "unit": "euro", "value": "Waarde"}],
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = read(write_dialect(Path(folder), table, dialect), mapping).rows
    found = {
        (row.key, row.year): next(sign for sign, reason in SIGNS.items() if reason == row.missing_reason)
        if row.missing_reason
        else row.value
        for row in rows.itertuples()
    }
    assert found == table


@settings(max_examples=150, deadline=None)
@given(noise=st.binary(max_size=200), at=st.integers(0, 60), suffix=st.sampled_from([".csv", ".xlsx"]))
def test_noise_in_a_file_gives_figures_or_an_input_error_never_another(noise, at, suffix):
    with tempfile.TemporaryDirectory() as folder:
        whole = csv_text().encode() if suffix == ".csv" else write_book(Path(folder)).read_bytes()
        path = write_text(Path(folder), whole[:at] + noise + whole[at:], f"noise{suffix}")
        with contextlib.suppress(InputError):
            read(path)


def test_the_example_in_the_documentation_reads_its_file(tmp_path):
    example = textwrap.dedent((partner_mapping.__doc__ or "").partition("::\n")[2].partition("`preset")[0])
    path = tmp_path / "m.yml"
    path.write_text(example)
    rows = (("Wijkcode", "Jaar", "Uitzettingen", "Huurwoningen"), ("8020", "2023", "12", "2000"), ("Totaal", "2023", "<5", "-"))
    figures = read_partner_figures(write_text(tmp_path, csv_text(rows)), read_partner_mapping(path)).rows
    # 12 of 2,000 is 6 per 1,000
    assert figures[["key", "value"]].values.tolist() == [["WK008020", 6.0]]


def test_two_columns_for_one_year_are_refused(tmp_path):
    rows = (("Gebied", "Binding 2023", "Binding 2023*"), ("Bilgaard", "39", "40"))
    mapping = mapping_with(figures=figure(value="Binding {year}"))
    mapping["period"] = {}
    with pytest.raises(InputError, match=r"one column 'Binding \{year\}' for each year, found 'Binding 2023', 'Binding 2023\*'"):
        read(write_text(tmp_path, csv_text(rows)), mapping)
    hidden = write_book(tmp_path, [row[:2] for row in rows], lambda sheet: setattr(sheet.column_dimensions["B"], "hidden", True))
    with pytest.raises(InputError, match="column 'Binding 2023': expected nothing hidden"):
        read(hidden, mapping)


def test_a_rate_with_its_number_of_people_is_hidden_when_it_stands_for_too_few(tmp_path):
    # 4 per 1,000 of 2,000 is 8
    mapping = mapping_with(figures=[{"indicator": "evictions_for_arrears", "unit": "per_1000_rentals", "value": "u", "n": "n"}])
    path = write_text(tmp_path, csv_text((("Gebied", "Jaar", "u", "n"), ("Bilgaard", "2023", "4", "2000"))))
    assert read(path, mapping).suppressed == 1
