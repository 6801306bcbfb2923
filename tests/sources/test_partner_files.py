"""Bad and odd partner files: the right figures or one clear line, never a wrong figure."""

from __future__ import annotations

import datetime as dt

import pytest

from lwo_analysis.errors import InputError
from tests.support.partner_files import (
    FIGURES,
    HEADER,
    ROWS,
    csv_text,
    figure,
    figures_of,
    mapping_with,
    read,
    store_results,
    write_book,
    write_text,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_any_encoding_reads_the_same(tmp_path, encoding):
    text = csv_text().replace("Bilgaard", "Oldegalileën")
    mapping = mapping_with(area={"names": {"Oud-Oost": "oud-oost", "Oldegalileën": "bilgaard"}})
    assert figures_of(write_text(tmp_path, text.encode(encoding)), mapping) == FIGURES


def test_a_byte_that_the_stated_encoding_does_not_have_is_placed(tmp_path):
    path = write_text(tmp_path, csv_text().replace("Bilgaard", "Oldegalileën").encode("cp1252"))
    with pytest.raises(InputError, match=r"file\.csv, line 3: expected text in utf-8, found byte b'\\xeb'"):
        read(path, mapping_with(layout={"encoding": "utf-8"}))


def test_a_mark_at_the_start_is_no_part_of_the_first_header(tmp_path):
    quoted = csv_text().replace("Gebied", '"Gebied"')
    assert figures_of(write_text(tmp_path, quoted.encode("utf-8-sig")), mapping_with(layout={"encoding": "utf-8"})) == FIGURES


def test_an_encoding_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="expected an encoding that exists"):
        read(write_text(tmp_path, csv_text()), mapping_with(layout={"encoding": "utf-9"}))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(tmp_path, delimiter, end):
    assert figures_of(write_text(tmp_path, csv_text(delimiter=delimiter).replace("\n", end))) == FIGURES


def test_a_decimal_point_reads_as_stated(tmp_path):
    text = csv_text(delimiter=";").replace(",", ".").replace(";", ",")
    assert figures_of(write_text(tmp_path, text), mapping_with(layout={"decimal": "."})) == FIGURES


def test_a_decimal_comma_between_commas_without_quotes_is_refused(tmp_path):
    with pytest.raises(InputError, match="line 2: expected 3 cells, as in the header, found 4; put a cell with the delimiter"):
        read(write_text(tmp_path, csv_text(delimiter=",")))


def test_a_wrong_delimiter_in_the_mapping_says_what_the_first_line_looks_like(tmp_path):
    with pytest.raises(InputError, match=r"expected a header with 'Gebied', 'Jaar', 'Binding' .* found 'Gebied;Jaar;Binding'"):
        read(write_text(tmp_path, csv_text()), mapping_with(layout={"delimiter": ","}))


@pytest.mark.parametrize(("separator", "text"), [(".", "1.234,5"), (" ", "1 234,5"), (" ", "1\u00a0234,5"), ("'", "1'234,5")])
def test_thousands_read_as_stated(tmp_path, separator, text):
    mapping = mapping_with(layout={"thousands": separator}, figures=figure(indicator="income", unit="euro"))
    path = write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", text))))
    assert figures_of(path, mapping) == {("bilgaard", 2023): 1234.5}


@pytest.mark.parametrize("text", ["1.234", "12.34,5", "1,234.5", "1 234", "12,3,4", "1e3", "inf", "nan", "½", "٣"])
def test_a_number_written_otherwise_is_refused_not_guessed(tmp_path, text):
    with pytest.raises(InputError, match=r"line 2, column 3: expected a number as layout\.decimal and layout\.thousands say"):
        read(write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", text)))))


def test_thousands_that_are_not_in_threes_are_refused(tmp_path):
    mapping = mapping_with(layout={"thousands": "."}, figures=figure(indicator="income", unit="euro"))
    with pytest.raises(InputError, match=r"found '12\.34'"):
        read(write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", "12.34")))), mapping)


def test_a_header_of_two_rows_with_merged_texts_is_joined(tmp_path):
    rows = (("Gebied", "Wonen", "", "Jaar"), ("", "Binding", "Rapport", ""), ("Bilgaard", "39", "7,1", "2023"))
    mapping = mapping_with(layout={"header_rows": 2}, figures=figure(value="Wonen | Binding"))
    assert figures_of(write_text(tmp_path, csv_text(rows)), mapping) == {("bilgaard", 2023): 39.0}
    book = write_book(tmp_path, rows, lambda sheet: (sheet.merge_cells("B1:C1"), sheet.merge_cells("A1:A2")))
    assert figures_of(book, mapping) == {("bilgaard", 2023): 39.0}


def test_years_beside_each_other_are_read_as_years(tmp_path):
    rows = (("Gebied", "Binding", "", ""), ("", "2022", "2023", "2024*"), ("Oud-Oost", "30", "-", "31,5"))
    mapping = mapping_with(layout={"header_rows": 2}, period={}, figures=figure(value="Binding | {year}"))
    del mapping["period"]
    delivered = read(write_text(tmp_path, csv_text(rows)), mapping).rows
    assert delivered["year"].tolist() == [2022, 2023, 2024]
    assert delivered["value"].fillna(-1).tolist() == [30.0, -1.0, 31.5]
    assert delivered["missing_reason"].tolist() == ["", "absent", ""]
    assert delivered["is_provisional"].tolist() == [False, False, True]


def test_titles_above_and_notes_below_are_kept_apart(tmp_path):
    text = "Binding met de wijk\n\nStand: maart\n" + csv_text() + "\nBron: gemeente\n* voorlopig;;\n"
    delivered = read(write_text(tmp_path, text))
    assert delivered.notes == ("Bron: gemeente", "* voorlopig")
    assert len(delivered.rows) == len(ROWS)


def test_a_total_row_is_refused_until_the_mapping_names_it(tmp_path):
    path = write_text(tmp_path, csv_text((HEADER, *ROWS, ("Totaal", "2023", "33"))))
    with pytest.raises(
        InputError, match=r"line 5, column 1: expected an area id, found 'Totaal'; add it to area\.names or area\.skip"
    ):
        read(path)
    delivered = read(path, mapping_with(area={"skip": ["totaal"]}))
    assert (len(delivered.rows), delivered.skipped) == (3, 1)


@pytest.mark.parametrize("text", ["31-12-2023", "2023-12-31", "31/12/2023", "20231231"])
def test_dates_as_text_give_their_year_when_the_mapping_says_so(tmp_path, text):
    path = write_text(tmp_path, csv_text((HEADER, ("Bilgaard", text, "39"))))
    assert figures_of(path, mapping_with(period={"format": "date"})) == {("bilgaard", 2023): 39.0}
    with pytest.raises(InputError, match="line 2, column 2: expected a year such as 2024, found '2"):
        read(write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2-1-23", "39")))))


@pytest.mark.parametrize("cell", [dt.datetime(2023, 12, 31), dt.date(2023, 12, 31)])
def test_a_date_cell_is_a_year_only_as_a_date(tmp_path, cell):
    path = write_book(tmp_path, (HEADER, ("Bilgaard", cell, 39)))
    assert figures_of(path, mapping_with(period={"format": "date"})) == {("bilgaard", 2023): 39.0}
    with pytest.raises(InputError, match="cell B2: expected a year such as 2024, found '2023-12-31'"):
        read(path)


def test_the_number_behind_a_date_is_no_year(tmp_path):
    with pytest.raises(InputError, match="expected a year such as 2024, found '45291'"):
        read(write_book(tmp_path, (HEADER, ("Bilgaard", 45291, 39))))


def test_two_rows_about_the_same_thing_name_both_places(tmp_path):
    path = write_text(tmp_path, csv_text((HEADER, *ROWS, ("oud-oost", "2023", "12"))))
    with pytest.raises(
        InputError, match=r"line 5: expected one figure of .* oud-oost in 2023, found another one, the first at line 2"
    ):
        read(path)


def test_a_negative_count_is_refused(tmp_path):
    mapping = mapping_with(
        figures=[{"indicator": "neighbourhood_attachment", "unit": "percent", "numerator": "T", "denominator": "N"}]
    )
    path = write_text(tmp_path, csv_text((("Gebied", "Jaar", "T", "N"), ("Bilgaard", "2023", "-5", "100"))))
    with pytest.raises(InputError, match="line 2, column 3: expected a whole number of 0 or more, found '-5'"):
        read(path, mapping)


def test_a_negative_share_and_one_above_a_hundred_are_refused(tmp_path):
    for text, expected in (("-3", "a figure of 0 or more"), ("101", "a percentage from 0 to 100")):
        with pytest.raises(
            InputError, match=f"line 2, neighbourhood_attachment of bilgaard: expected {expected}, found value {text}"
        ):
            read(write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", text)))))


def test_fractions_called_percentages_are_refused_and_read_when_called_fractions(tmp_path):
    path = write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", "0,39"), ("Oud-Oost", "2023", "0,305"))))
    with pytest.raises(
        InputError, match=r"expected percentages from 0 to 100, found 2 figures of at most 0.39, which look like fractions"
    ):
        read(path)
    fractions = figures_of(path, mapping_with(figures=figure(unit="fraction")))
    assert fractions == {("bilgaard", 2023): 39.0, ("oud-oost", 2023): 30.5}
    assert figures_of(path, mapping_with(figures=figure(below_one=True)))["bilgaard", 2023] == 0.39


def test_percentages_called_fractions_are_refused(tmp_path):
    with pytest.raises(InputError, match="expected a fraction from 0 to 1, found '30,5'"):
        read(write_text(tmp_path, csv_text()), mapping_with(figures=figure(unit="fraction")))


def test_a_cell_shown_as_a_percentage_counts_as_shown(tmp_path):
    def as_percentages(sheet):
        for row in (2, 3, 4):
            sheet.cell(row, 3).number_format = "0.0%"

    rows = (HEADER, ("Oud-Oost", 2023, 0.305), ("Bilgaard", 2023, 0.39), ("Oud-Oost", 2024, 0.3125))
    path = write_book(tmp_path, rows, as_percentages)
    for unit in ("percent", "fraction"):
        assert figures_of(path, mapping_with(figures=figure(unit=unit))) == FIGURES
    text = csv_text().replace("30,5", "30,5 %").replace("39", "39%")
    assert figures_of(write_text(tmp_path, text)) == FIGURES
    one = write_text(tmp_path, csv_text((HEADER, ("Bilgaard", "2023", "39%"))))
    assert figures_of(one, mapping_with(figures=figure(unit="fraction"))) == {("bilgaard", 2023): 39.0}
    with pytest.raises(InputError, match="expected a number without a percent sign as value of income, found '39%'"):
        read(one, mapping_with(figures=figure(indicator="income", unit="euro")))


def test_a_share_that_differs_from_its_counts_is_refused(tmp_path):
    mapping = mapping_with(figures=figure(numerator="T", denominator="N"))
    rows = ((*HEADER, "T", "N"), ("Bilgaard", "2023", "39", "30", "100"))
    with pytest.raises(InputError, match="a value that follows from its numerator and denominator"):
        read(write_text(tmp_path, csv_text(rows)), mapping)


def test_a_formula_counts_with_its_stored_result_and_is_refused_without_one(tmp_path):
    path = write_book(tmp_path, change=lambda sheet: sheet.__setitem__("C2", "=1+29.5"))
    with pytest.raises(InputError, match=r"sheet Sheet, cell C2: .* found a formula without a stored result"):
        read(path)
    assert figures_of(store_results(path, {"C2": "30.5"})) == FIGURES


def test_an_error_of_a_formula_is_refused(tmp_path):
    path = write_book(tmp_path, change=lambda sheet: sheet.__setitem__("C2", "#DIV/0!"))
    with pytest.raises(InputError, match=r"cell C2: .* found the error '#DIV/0!'"):
        read(path)


def test_hidden_rows_and_columns_wait_for_a_decision(tmp_path):
    path = write_book(tmp_path, change=lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True))
    with pytest.raises(InputError, match=r"sheet Sheet, row 3: expected nothing hidden in the table, found 1 hidden row\(s\)"):
        read(path)
    assert figures_of(path, mapping_with(layout={"hidden": "include"})) == FIGURES
    without = {key: value for key, value in FIGURES.items() if key != ("bilgaard", 2023)}
    assert figures_of(path, mapping_with(layout={"hidden": "skip"})) == without
    column = write_book(tmp_path, change=lambda sheet: setattr(sheet.column_dimensions["C"], "hidden", True))
    with pytest.raises(InputError, match="column 'Binding': expected nothing hidden in the table, found a hidden column"):
        read(column)


def test_a_hidden_column_that_nobody_needs_is_no_problem(tmp_path):
    rows = [(*row, extra) for row, extra in zip((HEADER, *ROWS), "abcd", strict=True)]
    path = write_book(tmp_path, rows, lambda sheet: setattr(sheet.column_dimensions["D"], "hidden", True))
    assert figures_of(path) == FIGURES


def test_a_file_without_figures_says_so(tmp_path):
    for text, found in (("", "an empty file"), ("\n\n ", "an empty file"), (csv_text((HEADER,)), "none")):
        with pytest.raises(InputError, match=f"found {found}"):
            read(write_text(tmp_path, text))
    with pytest.raises(InputError, match="expected one visible sheet with cells, found only empty sheets"):
        read(write_book(tmp_path, ()))
    with pytest.raises(InputError, match="expected rows under the header, found none"):
        read(write_book(tmp_path, (HEADER,)))


def test_extra_columns_and_another_order_do_not_matter(tmp_path):
    rows = [(row[2], "=cmd|' /C calc'!A0", row[0], row[1]) for row in ROWS]
    path = write_text(tmp_path, csv_text((("Binding", "Opmerking", "gebied", "JAAR"), *rows)))
    assert figures_of(path) == FIGURES


def test_missing_and_doubled_columns_are_named(tmp_path):
    with pytest.raises(InputError, match=r"expected a header with 'Binding'.*, found 'Gebied', 'Jaar', 'Hechting'; correct"):
        read(write_text(tmp_path, csv_text((("Gebied", "Jaar", "Hechting"), *ROWS))))
    with pytest.raises(InputError, match="expected one column 'Binding', found 2 among"):
        read(write_text(tmp_path, csv_text([(*row, row[2]) for row in (HEADER, *ROWS)])))


def test_non_breaking_and_invisible_characters_are_seen_through(tmp_path):
    text = (
        csv_text()
        .replace("Oud-Oost", "\u00a0Oud-\u200bOost ")
        .replace("Binding", "Bin\u00adding\u00a0")
        .replace("39", "39\u202f")
    )
    assert figures_of(write_text(tmp_path, text)) == FIGURES


def test_the_order_of_sheets_does_not_matter_but_two_tables_do(tmp_path):
    def with_sheets(*titles):
        def change(sheet):
            for place, title in enumerate(titles):
                sheet.parent.create_sheet(title, place).append(["Toelichting"])

        return change

    one = write_book(tmp_path, change=lambda sheet: sheet.parent.create_sheet("leeg", 0))
    assert figures_of(one) == FIGURES
    two = write_book(tmp_path, change=with_sheets("Toelichting"))
    with pytest.raises(
        InputError, match=r"expected one visible sheet with cells, found 'Toelichting', 'Sheet'; .* layout\.sheet"
    ):
        read(two)
    assert figures_of(two, mapping_with(layout={"sheet": "Sheet"})) == FIGURES
    with pytest.raises(InputError, match="expected a sheet 'Blad1', found 'Toelichting', 'Sheet'"):
        read(two, mapping_with(layout={"sheet": "Blad1"}))


def test_numbers_as_text_among_numbers_read_the_same(tmp_path):
    assert figures_of(write_book(tmp_path, (HEADER, ("Oud-Oost", 2023, 30.5), ("Bilgaard", "2023", 39), ROWS[2]))) == FIGURES


@pytest.mark.parametrize("cell", [True, dt.datetime(2023, 3, 5), "3-mei", "n.v.t.", "31,5 a 32"])
def test_a_cell_of_another_type_is_refused_with_its_place(tmp_path, cell):
    with pytest.raises(InputError, match="sheet Sheet, cell C2: expected a number"):
        read(write_book(tmp_path, (HEADER, ("Bilgaard", 2023, cell))))


def test_codes_without_leading_zeros_are_completed_only_with_a_level(tmp_path):
    rows = (("Code", "Jaar", "Binding"), ("8020", "2023", "30,5"), ("WK008060", "2023", "39"))
    by_code = {"column": "Code", "kind": "cbs_code", "boundary_year": 2023, "names": {}}
    path = write_text(tmp_path, csv_text(rows))
    with pytest.raises(InputError, match=r"expected a CBS code such as WK008020, found '8020'; .* area\.level: wijk"):
        read(path, mapping_with(area=by_code))
    completed = {("WK008020", 2023): 30.5, ("WK008060", 2023): 39.0}
    assert figures_of(path, mapping_with(area={**by_code, "level": "wijk"})) == completed
    as_numbers = write_book(tmp_path, (rows[0], (8020, 2023, 30.5), (8060, 2023, 39)))
    assert figures_of(as_numbers, mapping_with(area={**by_code, "level": "wijk"})) == completed
    for code in ("20", "80201234"):
        with pytest.raises(InputError, match=f"found '{code}'"):
            read(write_text(tmp_path, csv_text((rows[0], (code, "2023", "1")))), mapping_with(area={**by_code, "level": "wijk"}))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x")'])
def test_text_that_a_spreadsheet_would_run_is_refused_wherever_it_is_read(tmp_path, text):
    quoted = '"' + text.replace('"', '""') + '"'
    for row in ((quoted, "2023", "39"), ("Bilgaard", quoted, "39"), ("Bilgaard", "2023", quoted)):
        with pytest.raises(InputError, match=r"line 2, column [123]: expected") as caught:
            read(write_text(tmp_path, csv_text((HEADER, row))))
        assert "\n" not in str(caught.value)


def test_a_nul_byte_is_placed(tmp_path):
    path = write_text(tmp_path, csv_text().replace("39", "3\x009"))
    with pytest.raises(InputError, match=r"file\.csv, line 3: expected text, found a NUL byte"):
        read(path)


def test_a_quote_that_is_never_closed_is_placed(tmp_path):
    with pytest.raises(InputError, match="line 3: expected cells separated by ';', found unexpected end of data"):
        read(write_text(tmp_path, csv_text().replace("Bilgaard", '"Bilgaard')))


def test_a_quoted_cell_over_two_lines_keeps_the_later_places_right(tmp_path):
    rows = ((*HEADER, "Noot"), ("Oud-Oost", "2023", "30", '"een\ntwee"'), ("Bilgaard", "2023", "fout", ""))
    with pytest.raises(InputError, match=r"line 4, column 3: .* found 'fout'"):
        read(write_text(tmp_path, csv_text(rows)))


def test_a_merged_area_counts_for_all_its_rows_and_a_merged_figure_for_none(tmp_path):
    rows = (HEADER, ("Oud-Oost", 2023, 30.5), (None, 2024, 31.25), ("Bilgaard", 2023, 39))
    assert figures_of(write_book(tmp_path, rows, lambda sheet: sheet.merge_cells("A2:A3"))) == FIGURES
    rows = (HEADER, ("Oud-Oost", 2023, 30.5), ("Oud-Oost", 2024, None))
    with pytest.raises(InputError, match=r"cell C3: .* found a cell merged with '30.5'"):
        read(write_book(tmp_path, rows, lambda sheet: sheet.merge_cells("C2:C3")))


def test_damaged_foreign_and_old_files_are_refused(tmp_path):
    whole = write_book(tmp_path).read_bytes()
    for content, name in ((whole[:-300], "cut.xlsx"), (b"\xd0\xcf\x11\xe0 old", "old.xlsx"), (whole[:2], "two.xlsx")):
        with pytest.raises(InputError, match="expected a whole zip file"):
            read(write_text(tmp_path, content, name))
    with pytest.raises(InputError, match=r"expected a file that ends in \.xlsx, .* found \.xls;"):
        read(write_text(tmp_path, whole, "file.xls"))
    with pytest.raises(InputError, match="found No such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(InputError, match=r"a NUL byte|text in"):
        read(write_text(tmp_path, whole, "renamed.csv"))


def test_a_sheet_of_a_million_empty_rows_is_refused_at_once(tmp_path):
    path = write_book(tmp_path, change=lambda sheet: sheet.cell(1_048_576, 3, " "))
    with pytest.raises(InputError, match="at most 2000000 cells, found 1048576 rows of 3 columns"):
        read(path)
